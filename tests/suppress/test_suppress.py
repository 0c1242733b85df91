import datetime
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockguard.config.model import Entry, StackFiles
from dockguard.source import Origin, Source, Span
from dockguard.suppress import meta, suppress
from dockguard.suppress.silence import named

from .helpers import TODAY, commented, report, run, source, spot, state, terms

IGNORE = "# dockguard: ignore[compose/a] -- why\n"
BLOCK = "# dockguard: ignore-block[compose/a]\n"
FILE = "# dockguard: ignore-file[compose/a]\n"


def silenced(text, place, rule="compose/a", **changes):
    src = source(text)
    return state(run([report(spot(src, place), rule)], src, **changes)) == [((), "comment")]


# ---- where


@pytest.mark.parametrize(
    ("text", "place", "expected"),
    [
        (IGNORE + "x: 1\ny: 2\n", "x", True),
        (IGNORE + "x: 1\ny: 2\n", "1", True),
        (IGNORE + "x: 1\ny: 2\n", "y", False),
        (IGNORE + "\n# more\nx: 1\n", "x", True),
        ("x: 1 " + IGNORE + "y: 2\n", "x", True),
        ("x: 1 " + IGNORE + "y: 2\n", "y", False),
        (BLOCK + "x: 1\ny: 2\n\nz: 3", "y", True),
        (BLOCK + "x: 1\ny: 2\n\nz: 3", "z", False),
        (FILE + "x: 1\n\nz: 3", "z", True),
        ("x: 1\n" + FILE + "z: 3", "z", False),
        ("!x " + IGNORE + "y: 2\n", "x", False),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_what_a_comment_covers(text, place, expected, newline):
    assert silenced(text.replace("\n", newline), place) is expected


@pytest.mark.parametrize("name", ["compose/a", "DC001", "compose/old-a", "compose/DC001"])
def test_ids_and_aliases(name):
    assert silenced(f"# dockguard: ignore[{name}]\nx", "x")
    assert not silenced(f"# dockguard: ignore[{name}]\nx", "x", "compose/b")


def test_a_superseded_id_silences_its_heir():
    assert silenced("# dockguard: ignore[dockerfile/d]\nx", "x", "stack/s")
    assert not silenced("# dockguard: ignore[stack/s]\nx", "x", "dockerfile/d")


def test_a_note_carries_it_too():
    base, other = source("x: 1\n"), source(IGNORE + "y: 2\n", "other.yaml")
    outcome = run([report(spot(base, "x"), notes=[spot(other, "y")])], base, other)
    assert state(outcome) == [((), "comment")]


def test_what_is_written_on_the_report():
    src = source("# dockguard: ignore[compose/a] until=2027-04-01 -- SEC-1: planned\nx")
    found = run([report(spot(src, "x"))], src).reports[0].suppressed
    assert (found.by, found.reason, found.until) == ("comment", "SEC-1: planned", datetime.date(2027, 4, 1))
    assert found.span.text.startswith("# dockguard: ignore[compose/a]")


def test_the_whole_place_at_the_beginning_is_in_the_file():
    src = source(FILE + "x")
    assert state(run([report(src.whole), report(src.span(len(src.text), len(src.text)))], src)) == [((), "comment")] * 2


def test_ignores_off_and_meta_are_untouched():
    src = source(FILE.replace("compose/a", "meta/unused-suppression") + "x")
    assert state(run([report(spot(src, "x"), "meta/unused-suppression")], src)) == [((), None)]
    src = source(FILE + "x")
    outcome = run([report(spot(src, "x"))], src, inline=False)
    assert state(outcome) == [((), None)]
    assert outcome.directives[0].forbidden


# ---- texts inside texts


def embedded(host, inner_text, where):
    """Each line of an embedded text, at its place in the host."""
    start = host.text.index(where)
    pieces, at, inner = [], start, 0
    for line in inner_text.splitlines(keepends=True):
        at = host.text.index(line.rstrip("\n"), at)
        pieces.append((inner, at, len(line.rstrip("\n"))))
        inner, at = inner + len(line), at + len(line.rstrip("\n"))
    end = at
    return Source(host.path, inner_text, origin=Origin(Span(host, start - 2, end), tuple(pieces)))


def test_comments_of_an_embedded_text():
    inner_text = "FROM x\n# dockguard: ignore[dockerfile/d]\nUSER \\\n  root\nUSER b\n"
    host = source("!inline: |\n" + "".join(f"!  {line}\n" for line in inner_text.splitlines()))
    inner = embedded(host, inner_text, "FROM")
    reports = [report(spot(inner, text), "dockerfile/d") for text in ("USER \\", "USER b", "FROM")]
    outcome = suppress(reports, [commented(host), commented(inner)], terms())
    assert [by for _, by in state(outcome)] == ["comment", None, None]
    (directive,) = outcome.directives  # the host does not call it misplaced
    assert not directive.misplaced
    assert directive.span.outer.text == "# dockguard: ignore[dockerfile/d]"


# ---- variants

VARIANTS = {"base": {"compose.yaml"}, "prod": {"compose.yaml", "prod.yaml"}, "dev": {"compose.yaml", "dev.yaml"}}


def test_a_comment_silences_the_variants_that_contain_it():
    base, prod = source("x: 1\n"), source(IGNORE + "y: 2\n", "prod.yaml")
    cause = report(spot(base, "x"), variants=("base", "prod", "dev"), notes=[spot(prod, "y")])
    assert state(run([cause], base, prod, variants=VARIANTS)) == [(("prod",), "comment"), (("base", "dev"), None)]


def test_two_comments_together_silence_all():
    base = source("x: 1\n")
    prod, dev = source(IGNORE + "y: 2\n", "prod.yaml"), source(IGNORE + "y: 2\n", "dev.yaml")
    cause = report(spot(base, "x"), variants=("prod", "dev"), notes=[spot(prod, "y"), spot(dev, "y")])
    outcome = run([cause], base, prod, dev, variants=VARIANTS)
    assert state(outcome) == [(("prod",), "comment"), (("dev",), "comment")]
    assert all(directive.used for directive in outcome.directives)


def test_a_comment_in_the_base_silences_all():
    base = source(IGNORE + "x: 1\n")
    cause = report(spot(base, "x"), variants=("base", "prod", "dev"))
    assert state(run([cause], base, variants=VARIANTS)) == [(("base", "prod", "dev"), "comment")]


def test_a_text_that_no_variant_lists_silences_all():
    file = source(IGNORE + "x: 1\n", "Dockerfile")
    assert state(run([report(spot(file, "x"), variants=("base",))], file, variants=VARIANTS)) == [
        (("base",), "comment")
    ]


@given(st.sets(st.sampled_from(["base", "prod", "dev"]), min_size=1), st.sets(st.sampled_from(["base", "prod", "dev"])))
def test_no_variant_is_lost_or_doubled(held, commented_in):
    places = {"base": "compose.yaml", "prod": "prod.yaml", "dev": "dev.yaml"}
    sources = {key: source((IGNORE if key in commented_in else "") + "y: 2\n", path) for key, path in places.items()}
    cause = report(spot(sources["base"], "y"), variants=sorted(held), notes=[spot(s, "y") for s in sources.values()])
    outcome = run([cause], *sources.values(), variants=VARIANTS)
    parts = state(outcome)
    assert sorted(variant for variants, _ in parts for variant in variants) == sorted(held)
    for variants, by in parts:
        for variant in variants:
            assert (by == "comment") is ("base" in commented_in or variant in commented_in)


# ---- the state of directives


def only(text, *reports_at, **changes):
    src = source(text)
    outcome = run([report(spot(src, place)) for place in reports_at], src, **changes)
    (directive,) = outcome.directives
    return directive


def test_used():
    found = only(IGNORE + "x", "x")
    assert found.used
    assert not found.unused
    assert (found.by, found.scope, found.subject, found.reason.value) == (
        "comment",
        "ignore",
        "ignore[compose/a]",
        "why",
    )


def test_unused_names_are_told_one_by_one():
    found = only("# dockguard: ignore[compose/a, compose/b]\nx", "x")
    assert [fact.value for fact in found.unused] == ["compose/b"]
    assert (found.unused.span.text, found.unused_words) == ("compose/b", "`compose/b`")


def test_what_was_not_asked_is_not_unused():
    assert not only(IGNORE + "x", asked=lambda rule, path: False).unused
    heir = only("# dockguard: ignore[dockerfile/d]\nx", asked=lambda rule, path: rule.id == "stack/s")
    assert heir.unused


def test_the_inner_one_gets_the_credit():
    src = source(FILE + IGNORE + "x\n\ny")
    outcome = run([report(spot(src, "x"))], src)
    assert [(d.scope, bool(d.unused)) for d in outcome.directives] == [("ignore-file", True), ("ignore", False)]
    outcome = run([report(spot(src, "x")), report(spot(src, "y"))], src)
    assert [bool(d.unused) for d in outcome.directives] == [False, False]


def test_a_double_is_unused():
    src = source(IGNORE + IGNORE + "x")
    assert [bool(d.unused) for d in run([report(spot(src, "x"))], src).directives] == [False, True]


@pytest.mark.parametrize(("days", "expired", "left"), [(-1, True, -1), (0, False, 0), (400, False, 400)])
def test_the_last_day_counts(days, expired, left):
    until = TODAY + datetime.timedelta(days)
    src = source(f"# dockguard: ignore[compose/a] until={until} -- why\nx")
    outcome = run([report(spot(src, "x"))], src)
    (directive,) = outcome.directives
    assert state(outcome) == [((), None if expired else "comment")]
    assert directive.expired.value == (until.isoformat() if expired else None)
    assert (directive.days_left.value, directive.until.span.text) == (left, f"until={until}")
    assert not directive.unused


def test_unknown_names_and_removed_ones():
    found = only("# dockguard: ignore[compose/aa, compose/gone, compose/a]\nx", "x")
    assert [fact.span.text for fact in found.unknown] == ["compose/aa", "compose/gone"]
    assert found.unknown_words == "`compose/aa` (did you mean `compose/a`?), `compose/gone` (use `compose/a` instead)"
    assert not found.unused


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("# dockguard: ignore[compose]\nx", {"malformed", "no"}),
        ("# dockguard: ignore[compose/a] until=x\nx", {"malformed"}),
        ("!x # dockguard: ignore[compose/a]\n", {"misplaced", "no_reason", "no_end"}),
        ("# dockguard: ignore[compose/a]", {"misplaced", "no_reason", "no_end"}),
        (IGNORE + "x", {"unused", "no_end"}),
        ("# dockguard: ignore[compose/a] until=2099-01-01 -- y\nx", {"unused"}),
        ("# dockguard: ignore[compose/x]\nx", {"unknown", "no_reason", "no_end"}),
    ],
)
def test_one_mistake_is_told_once(text, told):
    found = only(text)
    names = ("unused", "expired", "misplaced", "malformed", "no_reason", "no_end", "forbidden", "unknown")
    assert {name for name in names if getattr(found, name)} == told - {"no"}


# ---- the configuration


def entry(rule="compose/a", reason="r", until=None, folder="", **places):
    src = Source("dockguard.toml", f"[[suppress]]\nrule = '{rule}'")
    return Entry(rule, places, spot(src, "suppress"), spot(src, f"'{rule}'"), folder, reason, until)


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ({"path": "deploy/**"}, True),
        ({"path": "dev/**"}, False),
        ({"service": "web"}, True),
        ({"service": "w*"}, True),
        ({"service": "db"}, False),
        ({"subject": "services.*"}, True),
        ({"subject": "services"}, False),
        ({"service": "web", "path": "dev"}, False),
        ({"stage": "web"}, False),
    ],
)
def test_places(places, expected):
    src = source("x", "deploy/compose.yaml")
    outcome = run([report(spot(src, "x"))], src, suppressions=(entry(**places),))
    assert state(outcome) == [((), "config" if expected else None)]
    assert bool(outcome.directives[0].unused) is not expected


def test_the_folder_of_the_configuration():
    src = source("x", "deploy/dev/compose.yaml")
    outcome = run([report(spot(src, "x"))], src, suppressions=(entry(path="/dev", folder="deploy"),))
    assert state(outcome) == [((), "config")]
    assert outcome.reports[0].suppressed.span.text == "suppress"


@pytest.mark.parametrize(
    ("subject", "key", "expected"),
    [
        ("services.web", "service", ["web"]),
        ("services.my.app.ports", "service", ["my", "my.app", "my.app.ports"]),
        ("stage final", "stage", ["final"]),
        ("server example.org / location /api", "server", ["example.org"]),
        ("server example.org / location /api", "location", ["/api"]),
        ("server _ / location ~* ^/a b / location = /x", "location", ["~* ^/a b", "= /x"]),
        ("services.web / server a", "server", ["a"]),
        ("stage final", "service", []),
    ],
)
def test_names_in_subjects(subject, key, expected):
    assert list(named(subject, key)) == expected


def test_a_stack_is_a_variant_or_the_files_of_one():
    src = source("x")
    cause = report(spot(src, "x"), variants=("base", "prod", "dev"))
    shop = StackFiles("shop", ("compose.yaml", "prod.yaml"), (), (), (), src.whole)
    by_name = run([cause], src, suppressions=(entry(stack="dev"),), variants=VARIANTS)
    assert state(by_name) == [(("dev",), "config"), (("base", "prod"), None)]
    by_files = run([cause], src, suppressions=(entry(stack="sh*"),), variants=VARIANTS, stacks=(shop,))
    assert state(by_files) == [(("prod",), "config"), (("base", "dev"), None)]


def test_an_expired_entry_does_nothing():
    src = source("x")
    outcome = run([report(spot(src, "x"))], src, suppressions=(entry(until=TODAY - datetime.timedelta(1), path="*"),))
    (directive,) = outcome.directives
    assert state(outcome) == [((), None)]
    assert directive.expired.value == "2027-03-30"
    assert not directive.unused


def test_comments_come_before_the_configuration():
    src = source(IGNORE + "x")
    outcome = run([report(spot(src, "x"))], src, suppressions=(entry(path="*"),))
    assert state(outcome) == [((), "comment")]
    assert [(d.by, bool(d.unused)) for d in outcome.directives] == [("comment", False), ("config", True)]


def test_meta_is_silenced_by_the_configuration_alone():
    src = source("x")
    said = [report(spot(src, "x"), "meta/unused-suppression")]
    config = {"suppressions": (entry("meta/unused-suppression", path="*"),)}
    assert [r.suppressed.by for r in meta(said, terms(**config))] == ["config"]
    assert not run([], src, **config).directives[0].unused  # nobody knows yet


# ---- other tools' comments


@pytest.mark.parametrize(
    ("text", "rule", "tool", "expected"),
    [
        ("# hadolint ignore=DL3002\nx", "dockerfile/d", "hadolint", True),
        ("# hadolint ignore=DL9999, DL3004 # because\nx", "dockerfile/d", "hadolint", True),
        ("# hadolint ignore=DL9999\nx", "dockerfile/d", "hadolint", False),
        ("# hadolint ignore=DL3002\ny\nx", "dockerfile/d", "hadolint", False),
        ("# hadolint global ignore=DL3002\ny\nx", "dockerfile/d", "hadolint", True),
        ("# hadolint stage ignore=DL3002\ny\nx", "dockerfile/d", "hadolint", True),
        ("# hadolint ignore=DL3002\nx", "dockerfile/d", "trivy", False),
        ("# trivy:ignore:AVD-DS-0002\nx", "compose/a", "trivy", True),
        ("#trivy:ignore:DS002\nx", "compose/a", "trivy", True),
        ("#trivy:ignore:DS-0001 trivy:ignore:DS-0002\nx", "compose/a", "trivy", True),
        ("#trivy:ignore:DS020\nx", "compose/a", "trivy", False),
        ("#checkov:skip=CKV_DOCKER_3:ok\nx", "compose/b", "checkov", True),
        ("# kics-scan ignore-line\nx", "compose/a", "kics", True),
        ("# kics-scan ignore-line\nx", "compose/b", "kics", False),
        ("# check=skip=Other,SecretsUsed;error=true\nx", "dockerfile/d", "buildkit", True),
        ("# check=error=true;skip=all\nx", "dockerfile/d", "buildkit", True),
    ],
)
def test_foreign(text, rule, tool, expected):
    src = source(text)
    outcome = run([report(spot(src, "x"), rule)], src, foreign=(tool,))
    assert state(outcome) == [((), "comment" if expected else None)]
    assert outcome.directives == ()


def test_without_inline_comments_foreign_ones_do_not_count_either():
    src = source("# hadolint ignore=DL3002\nx")
    outcome = run([report(spot(src, "x"), "dockerfile/d")], src, foreign=("hadolint",), inline=False)
    assert state(outcome) == [((), None)]


def test_foreign_reasons():
    src = source("#checkov:skip=CKV_DOCKER_3:it is fine\nx\n")
    assert (
        run([report(spot(src, "x"), "compose/b")], src, foreign=("checkov",)).reports[0].suppressed.reason
        == "it is fine"
    )


def test_foreign_comments_are_not_read_unless_the_configuration_says_so():
    src = source("# hadolint ignore=DL3002\nx")
    assert state(run([report(spot(src, "x"), "dockerfile/d")], src)) == [((), None)]


def test_nothing_is_loaded_for_texts_without_directives():
    code = (
        "import sys; from dockguard.source import Source; from dockguard.select import Catalogue; import datetime;"
        "from dockguard.suppress import suppress, Commented, Terms;"
        "terms = Terms(Catalogue(lambda: 1 / 0), datetime.date(2027, 1, 1));"
        "assert suppress([], [Commented(Source('x', '# a comment'), ())], terms).directives == ();"
        "heavy = ('suppress_directive', 'suppress_foreign', 'config_schema');"
        "print([name for name in heavy if 'dockguard.' + name in sys.modules])"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )


def test_an_entry_holds_on_its_last_day():
    src = source("x")
    config = {"suppressions": (entry(until=TODAY, path="*"),)}
    assert state(run([report(spot(src, "x"))], src, **config)) == [((), "config")]
    assert run([], src, **config).directives[0].unused
