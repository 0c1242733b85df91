"""What expressions mean: Kleene's logic, absence, and which facts prove an answer."""

from __future__ import annotations

import pytest

from dockguard.language.expression import Scope, compile, parse, truth
from dockguard.language.message import compile_template
from tests.language.model import thing


def ask(text: str, explain: bool = False, **changes: object) -> tuple[bool | None, list[str]]:
    scope = Scope(
        {"thing": thing(**changes), "option": {"limit": 4, "words": ["ALL"]}, "table": {"t": ["/etc"]}}, explain
    )
    value, proof = compile(parse(text))(scope)
    return truth(value), [label for label, _ in proof]


TRUE, FALSE, UNKNOWN = True, False, None


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("thing.on", TRUE),
        ("not thing.off", TRUE),
        ("thing.missing", FALSE),
        ("not thing.missing", TRUE),
        ("thing.unknown", UNKNOWN),
        ("not thing.unknown", UNKNOWN),
        ("thing.unknown or thing.on", TRUE),
        ("thing.on or thing.unknown", TRUE),
        ("thing.unknown and thing.off", FALSE),
        ("thing.unknown and thing.on", UNKNOWN),
        ("thing.missing == 'x'", FALSE),
        ("thing.missing != 'x'", TRUE),
        ("thing.missing in ['x']", FALSE),
        ("thing.missing not in ['x']", TRUE),
        ("thing.unknown == 'x'", UNKNOWN),
        ("thing.unknown != 'x'", UNKNOWN),
        ("thing.unknown in ['x']", UNKNOWN),
        ("'x' in thing.unknown", UNKNOWN),
        ("'nginx' in thing.text", TRUE),
        ("'apache' not in thing.text", TRUE),
        ("'x' in thing.missing", FALSE),
        ("thing.count > 4", TRUE),
        ("thing.count >= option.limit", TRUE),
        ("thing.count == 5.0", TRUE),
        ("thing.count < -1", FALSE),
        ("thing.heavy", TRUE),
        ("thing.policy and thing.policy.max_age < 600", TRUE),
        ("thing.policy.flag", TRUE),
        ("'b' in thing.policy.words", TRUE),
        ("'ALL' in thing.more", TRUE),
        ("'SYS_ADMIN' in thing.more", FALSE),
        ("'A' in thing.open", TRUE),
        ("'B' in thing.open", UNKNOWN),
        ("'B' not in thing.open", UNKNOWN),
        ("len(thing.more) == 2", TRUE),
        ("len(thing.open) == 1", UNKNOWN),
        ("len(thing.missing) == 0", TRUE),
        ("len(thing.text) > 3", TRUE),
        ("any(i.source == '/' for i in thing.items)", TRUE),
        ("any(i.source == '/opt' for i in thing.items)", UNKNOWN),
        ("all(i.source != '/opt' for i in thing.items)", UNKNOWN),
        ("all(i.source != '/etc' for i in thing.items)", FALSE),
        ("any(i.source in table.t for i in thing.items)", TRUE),
        ("any(w in option.words for w in thing.more)", TRUE),
        ("any(w == 'B' for w in thing.open)", UNKNOWN),
        ("all(w == 'A' for w in thing.open)", UNKNOWN),
        ("any(w == 'A' for w in thing.missing)", FALSE),
        ("all(w == 'A' for w in thing.missing)", TRUE),
        ("any(any(j.name == i.name for j in thing.items) for i in thing.items)", TRUE),
        ("thing.optional == 'x'", FALSE),
    ],
)
@pytest.mark.parametrize("explain", [False, True])
def test_answers(text: str, answer: bool | None, explain: bool) -> None:
    assert ask(text, explain)[0] is answer


@pytest.mark.parametrize(
    ("text", "proof"),
    [
        ("thing.on and thing.count > 3", ["thing.on", "thing.count"]),
        ("thing.on and thing.heavy or thing.count > 3", ["thing.count"]),  # the shorter of two proofs
        ("not (thing.off or thing.missing)", ["thing.off", "thing.missing"]),
        ("not (thing.off and thing.missing)", ["thing.off"]),
        ("thing.policy.flag", ["thing.policy.flag"]),  # the way to it is implied
        ("any(i.source == '/' and i.weight for i in thing.items)", ["i.source", "i.weight"]),
        ("any(w in ['NET_RAW'] for w in thing.more)", ["w"]),
        ("'ALL' in thing.more", ["ALL"]),
        ("not thing.unknown or thing.on", ["thing.on"]),
    ],
)
def test_shortest_proofs(text: str, proof: list[str]) -> None:
    assert ask(text, explain=True)[1] == proof


def test_messages() -> None:
    fill = compile_template(
        "{thing.subject} {{x}} {thing.more} {thing.missing} {thing.unknown} {thing.secret} {thing.on}"
    )
    scope = Scope({"thing": thing()})
    assert fill(scope) == "things.one {x} ALL, NET_RAW (none) ? ******* true"
