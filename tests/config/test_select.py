import pytest

from dockguard.glob import PathGlob
from dockguard.select import Catalogue, Choice, Layer, PathLayer, selector_problems

from .helpers import BY_ID, CATALOGUE, configured

ALL = set(BY_ID)
PRIVILEGED, CAPS = "compose/privileged-container", "compose/cap-drop-all-missing"
VERSION, CIPHERS, TOKENS = "nginx/tls-version", "nginx/tls-ciphers", "nginx/server-tokens"
ROOT, FINAL, META = "stack/effective-user-root", "dockerfile/final-user-root", "meta/unused-suppression"
RECOMMENDED = {PRIVILEGED, VERSION, ROOT, FINAL, META}


def wanted(*layers, top=None, path="x"):
    choice = Choice(layers, (), top)
    return {id for id, rule in BY_ID.items() if choice.at(rule, path)}


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ((), RECOMMENDED),
        ((Layer("essential"),), {PRIVILEGED}),
        ((Layer("strict"),), RECOMMENDED | {CAPS}),
        ((Layer("audit"),), ALL),
        ((Layer(select=("nginx",)),), {VERSION, CIPHERS}),  # the preview rule is in audit only
        ((Layer("audit", ("nginx",)),), {VERSION, CIPHERS, TOKENS}),
        ((Layer(select=("nginx/server-tokens",)),), {TOKENS}),  # or where it is named
        ((Layer(select=("nginx/version-shown",)),), {TOKENS}),
        ((Layer(select=("DC001",)),), {PRIVILEGED}),
        ((Layer(select=("compose/DC001",)),), {PRIVILEGED}),
        ((Layer(select=("@isolation",)),), {PRIVILEGED, CAPS}),
        ((Layer(select=("ALL",), ignore=("compose", "meta")),), {VERSION, CIPHERS, ROOT, FINAL}),
        ((Layer(select=()),), set()),
        ((Layer(extend=("@style",)),), RECOMMENDED | {CIPHERS}),
        ((Layer(ignore=("compose",)),), RECOMMENDED - {PRIVILEGED}),
        ((Layer(extend=(PRIVILEGED,), ignore=("compose",)),), RECOMMENDED),
        ((Layer(extend=("nginx/tls-*",), ignore=("nginx/tls-c*",)),), RECOMMENDED),
        ((Layer(extend=("nginx/tls-c*",), ignore=("nginx/tls-*",)),), RECOMMENDED - {VERSION} | {CIPHERS}),
        ((Layer(extend=("@style",), ignore=("nginx",)),), RECOMMENDED - {VERSION}),
        ((Layer(extend=(VERSION,), ignore=(VERSION,)),), RECOMMENDED - {VERSION}),  # a tie is ignored
        ((Layer(ignore=(PRIVILEGED,)), Layer(extend=("compose",))), RECOMMENDED | {CAPS}),  # the stronger layer
        ((Layer(extend=(CIPHERS,)), Layer(select=("compose",))), {PRIVILEGED, CAPS}),
        ((Layer(select=("compose",)), Layer("essential")), {PRIVILEGED}),  # a profile is a base as `select` is
        ((Layer(select=("compose",), ignore=(PRIVILEGED,)), Layer("strict")), RECOMMENDED - {PRIVILEGED} | {CAPS}),
    ],
)
def test_selection(layers, expected):
    assert wanted(*layers) == expected


def test_the_command_line_beats_the_file():
    file = Layer("strict", ignore=("nginx",))
    assert wanted(file, top=Layer("essential")) == {PRIVILEGED}
    assert wanted(file, top=Layer(select=("nginx",))) == {VERSION, CIPHERS}
    assert wanted(file, top=Layer(ignore=("compose",))) == RECOMMENDED - {PRIVILEGED, VERSION}


def test_per_path():
    config = configured(
        'profile = "strict"\n[per-path]\n"dev/**" = { profile = "essential" }\n"dev/a" = { extend-select = ["nginx"] }'
    ).config
    choice = config.choice(Layer(ignore=(VERSION,)))
    at = lambda path: {id for id, rule in BY_ID.items() if choice.at(rule, path)}  # noqa: E731
    assert at("x") == RECOMMENDED - {VERSION} | {CAPS}
    assert at("dev/x") == {PRIVILEGED}
    assert at("dev/a/x") == {PRIVILEGED, CIPHERS}
    assert choice.anywhere(BY_ID[CIPHERS])
    assert not choice.anywhere(BY_ID[TOKENS])


def test_per_path_can_be_the_only_one_that_wants_a_rule():
    choice = Choice((), (PathLayer(PathGlob("a"), Layer(extend=(TOKENS,))),))
    assert choice.anywhere(BY_ID[TOKENS])
    assert choice.at(BY_ID[TOKENS], "a/b")
    assert not choice.at(BY_ID[TOKENS], "b")


def test_problems_of_the_command_line():
    (problem,) = selector_problems(["nginx", "ALL", "@style", "nginx/*", "compos"], CATALOGUE, "--select")
    assert (problem.message, problem.help) == ("unknown rule `compos` in --select", "did you mean `compose`?")


def test_a_huge_word_costs_nothing():
    assert selector_problems(["x" * 10**6], CATALOGUE, "--select")[0].help == "`dockguard rules` lists all"


def test_removed_rules_are_asked_for_after_the_rules():
    loaded = []
    catalogue = Catalogue(lambda: loaded.append(1) or BY_ID.values(), lambda: {"x/old": "x/new"} if loaded else {})
    assert catalogue.misnamed("x/old") == ("rule `x/old` was removed", "use `x/new` instead")


def test_hints_are_limited_but_stay_the_same():
    catalogue = Catalogue.of(BY_ID.values())
    first = catalogue.misnamed("nginx/tls-versio")
    for number in range(100):
        catalogue.misnamed(f"nginx/tls-versio{number}")
    assert (
        catalogue.misnamed("nginx/tls-versio")
        == first
        == ("unknown rule `nginx/tls-versio`", "did you mean `nginx/tls-version`?")
    )
    assert catalogue.misnamed("nginx/tls-versioned")[1] == "`dockguard rules` lists all"
