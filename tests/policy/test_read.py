"""Policy files: strict, all mistakes at once, with places; what `extends` and `ignore` mean."""

from __future__ import annotations

import pytest

from dockguard.config import Context
from dockguard.finding import Severity
from dockguard.policy.find import find, names
from dockguard.policy.model import Policy, Read
from dockguard.workspace import Workspace
from tests.config.helpers import CATALOGUE

CONTEXT = Context(CATALOGUE, "0.1.0")
PRIVILEGED, CAPS, TLS = "compose/privileged-container", "compose/cap-drop-all-missing", "nginx/tls-version"
PLAIN = 'title = "Ours"\n'


def reading(name: str = "p.toml", **files: str) -> Read:
    texts = {path.replace("__", "/").replace("_toml", ".toml"): text for path, text in files.items()}
    return find(Workspace(None, texts=texts), name, "", CONTEXT)


def policy(name: str = "p.toml", **files: str) -> Policy:
    read = reading(name, **files)
    assert not read.problems, [problem.message for problem in read.problems]
    assert read.policy is not None
    return read.policy


def said(read: Read) -> list[tuple[str, str, str]]:
    assert read.policy is None
    return [(p.span.text if p.span else "", p.message, p.help) for p in read.problems]


def test_everything_that_a_policy_may_say() -> None:
    found = policy(
        p_toml=f"""
title = "Ours"
description = "What we agreed on."
fail-on = "medium"
select = ["@style"]
[[control]]
name = "Isolation"
allowed = "nothing special"
rules = ["DC001", "{CAPS}"]
reads = ["privileged", "cap_drop"]
[[control]]
name = "TLS"
warn = ["{TLS}"]
[severity]
"{CAPS}" = "medium"
"{TLS}" = "low"
[options."{TLS}"]
days = 90
names = ["x"]
"""
    )
    isolation, tls = found.controls
    assert (found.name, found.title, found.path, found.fail_on) == ("p", "Ours", "p.toml", "medium")
    assert (isolation.rules, isolation.reads) == ((PRIVILEGED, CAPS), ("privileged", "cap_drop"))
    assert (tls.rules, tls.warn) == ((), (TLS,))
    assert found.rules == {PRIVILEGED, CAPS, TLS, "nginx/tls-ciphers"}
    assert found.severities == {CAPS: Severity.MEDIUM, TLS: Severity.LOW}
    assert found.options == {TLS: {"days": 90, "names": ("x",)}}
    assert found.by_rule == {PRIVILEGED: ("Isolation",), CAPS: ("Isolation",), TLS: ("TLS",)}


def test_all_mistakes_at_once_with_places() -> None:
    text = f"""
titel = "Ours"
fail-on = "hihg"
select = ["@styl"]
[[control]]
name = "A"
rules = ["compose/privileged-containr", 7]
reads = ["privilged"]
[[control]]
name = "B"
[severity]
"compose/gone" = "low"
"{CAPS}" = "bad"
[options."{TLS}"]
minimun = "TLSv1.3"
days = "90"
"""
    assert said(reading(p_toml=text)) == [
        ("titel", "unknown key `titel`", "did you mean `title`?"),
        ('"hihg"', "`fail-on` must be one of `critical`, `high`, `medium`, `low`, `never`", "did you mean `high`?"),
        ('"@styl"', "unknown tag `@styl`", "did you mean `@style`?"),
        (
            '"compose/privileged-containr"',
            "unknown rule `compose/privileged-containr`",
            "did you mean `compose/privileged-container`?",
        ),
        ("7", "`rules` must be a string", ""),
        ('"privilged"', said_of_reads(), "did you mean `privileged`?"),
        ("control", "`control` needs one of `rules`, `warn`", ""),
        ('"compose/gone"', "rule `compose/gone` was removed", "take it out"),
        ('"bad"', f"`{CAPS}` must be one of `critical`, `high`, `medium`, `low`", ""),
        ("minimun", "unknown key `minimun`", "did you mean `minimum`?"),
        ('"90"', "`days` must be an integer", "write it without quotes"),
    ]


def said_of_reads() -> str:
    from dockguard.policy.model import READABLE

    return "`reads` must be one of " + ", ".join(f"`{word}`" for word in READABLE)


def test_what_is_missing_or_no_toml() -> None:
    (problem,) = reading(p_toml='fail-on = "low"').problems
    assert problem.message.endswith("needs `title`")
    (problem,) = reading(p_toml='title = "x').problems
    assert problem.code == "config-syntax"
    assert problem.span is not None
    assert problem.span.line == 1


def test_names_of_ours() -> None:
    assert names() == ("audit", "baseline", "homelab", "restricted")
    (problem,) = reading("restricter").problems
    assert (problem.message, problem.help) == ("unknown policy `restricter`", "did you mean `restricted`?")
    (problem,) = reading("zzzzzz").problems
    assert problem.help == "one of audit, baseline, homelab, restricted, or a .toml file"


def test_a_file_that_is_not_there() -> None:
    (problem,) = reading("policies/none.toml").problems
    assert problem.message == "policy `policies/none.toml` cannot be read"
    (problem,) = reading("../none.toml").problems
    assert problem.help == "it lies outside the project"


def test_a_policy_over_another() -> None:
    base = f"""
title = "Base"
fail-on = "medium"
[[control]]
name = "A"
allowed = "old"
rules = ["{PRIVILEGED}"]
reads = ["privileged"]
[[control]]
name = "B"
rules = ["{CAPS}"]
[severity]
"{CAPS}" = "medium"
[options."{TLS}"]
days = 1
strict = true
"""
    ours = f"""
title = "Ours"
extends = "base.toml"
[[control]]
name = "A"
allowed = "new"
rules = ["nginx/tls-ciphers"]
[[control]]
name = "C"
warn = ["{CAPS}"]
[severity]
"{CAPS}" = "low"
[options."{TLS}"]
days = 2
"""
    found = policy(p_toml=ours, base_toml=base)
    assert found.fail_on == "medium"
    assert [(c.name, c.allowed, c.rules, c.warn) for c in found.controls] == [
        ("A", "new", (PRIVILEGED, "nginx/tls-ciphers"), ()),
        ("C", "", (), (CAPS,)),  # nothing is left of B
    ]
    assert found.controls[0].reads == ("privileged",)
    assert found.severities == {CAPS: Severity.LOW}
    assert found.options == {TLS: {"days": 2, "strict": True}}
    assert found.extends == "base"


def test_what_is_ignored_is_in_no_control() -> None:
    base = PLAIN + f'[[control]]\nname = "A"\nrules = ["{PRIVILEGED}"]\n[[control]]\nname = "B"\nrules = ["{TLS}"]\n'
    found = policy(p_toml=PLAIN + 'extends = "base.toml"\nignore = ["compose"]', base_toml=base)
    assert found.rules == {TLS}
    assert [control.name for control in found.controls] == ["B"]


def test_paths_of_extends_are_relative_to_the_file() -> None:
    found = policy("sub/p.toml", sub__p_toml=PLAIN + 'extends = "../b.toml"', b_toml=PLAIN + 'select = ["nginx"]')
    assert "nginx/tls-version" in found.rules


def test_a_loop_and_a_long_chain() -> None:
    (problem,) = reading(p_toml=PLAIN + 'extends = "q.toml"', q_toml=PLAIN + 'extends = "p.toml"').problems
    assert problem.message == "policy `p.toml` extends itself, or too many others"
    assert problem.span is not None
    assert problem.span.text == '"p.toml"'
    chain = {f"p{i}_toml": PLAIN + f'extends = "p{i + 1}.toml"' for i in range(12)}
    (problem,) = reading("p0.toml", **chain).problems
    assert "too many others" in problem.message


def test_mistakes_of_what_is_extended_are_told() -> None:
    read = reading(p_toml=PLAIN + 'extends = "q.toml"\nfoo = 1', q_toml=PLAIN + "bar = 1")
    assert [(p.span.source.path if p.span else "", p.message) for p in read.problems] == [
        ("p.toml", "unknown key `foo`"),
        ("q.toml", "unknown key `bar`"),
    ]


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        (
            f'[[control]]\nname = "A"\nrules = ["{PRIVILEGED}"]\n[severity]\n"{PRIVILEGED}" = "low"',
            f'"{PRIVILEGED}"',
            f"`{PRIVILEGED}` of control `A` is low, and the policy fails on high",
        ),
        (
            f'[[control]]\nname = "A"\nwarn = ["{TLS}"]',
            f'"{TLS}"',
            f"`{TLS}` of control `A` is high, which fails the policy and does not warn",
        ),
        (
            '[[control]]\nname = "A"\nrules = ["dockerfile/final-user-root"]\n[[control]]\nname = "B"\n'
            'warn = ["stack/effective-user-root"]\n[severity]\n"stack/effective-user-root" = "low"',
            '"dockerfile/final-user-root"',
            "where `stack/effective-user-root` finds the same as `dockerfile/final-user-root` it alone speaks, "
            "and is low",
        ),
    ],
)
def test_a_policy_that_contradicts_its_gate(text: str, place: str, message: str) -> None:
    assert [(place, message)] == [(where, what) for where, what, _ in said(reading(p_toml=PLAIN + text))]


def test_a_contradiction_of_what_is_extended_stands_where_the_rule_is_named() -> None:
    base = PLAIN + f'[[control]]\nname = "A"\nrules = ["{PRIVILEGED}"]'
    (problem,) = reading(p_toml=PLAIN + f'extends = "b.toml"\n[severity]\n"{PRIVILEGED}" = "low"', b_toml=base).problems
    assert problem.span is not None
    assert (problem.span.source.path, problem.path) == ("b.toml", "b.toml")


def test_a_gate_that_never_closes_contradicts_nothing() -> None:
    assert policy(p_toml=PLAIN + f'fail-on = "never"\n[[control]]\nname = "A"\nwarn = ["{TLS}"]').gate is None
