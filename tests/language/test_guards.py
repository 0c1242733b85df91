"""Guards: what must be known to be there before its order is asked, and what a check's place is."""

from __future__ import annotations

import pytest

from dockguard.language import typecheck
from dockguard.language.expression import BadExpression
from tests.language.model import Thing


def complaint(text: str) -> str:
    try:
        typecheck.check(text, "thing", Thing, {"limit": 4, "words": ["a"]}, {})
    except BadExpression as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("text", "guarded"),
    [
        ("thing.count and thing.count > 3", True),
        ("thing.count > 3 and thing.count", False),  # too late
        ("thing.count or thing.count > 3", False),
        ("not thing.count or thing.count > 3", True),
        ("not thing.count and thing.count > 3", False),
        ("not not thing.count and thing.count > 3", True),
        ("thing.on and thing.count > 3", False),
        ("thing.on and (thing.count and thing.count > 3)", True),
        ("(thing.on and thing.count) and thing.count > 3", True),
        ("(thing.on or thing.count) and thing.count > 3", False),
        ("(thing.count or thing.count > 3) and thing.on", False),
        ("not (thing.on or thing.count) or thing.count > 3", False),
        ("not (thing.on and thing.count) or thing.count > 3", True),
        ("thing.count == 7 and thing.count > 3", True),
        ("thing.count != 7 and thing.count > 3", False),  # what is absent is not 7 either
        ("thing.count != 7 or thing.count > 3", True),
        ("thing.count == 7 or thing.count > 3", False),
        ("thing.count in [1, 2] and thing.count > 3", True),
        ("thing.count not in [1, 2] and thing.count > 3", False),
        ("7 == thing.count and thing.count > 3", True),
        ("thing.policy and thing.policy.max_age < 600", True),
        ("thing.policy.flag and thing.policy.max_age < 600", True),  # the way to it is there, too
        ("thing.policy.max_age < 600", False),
        ("thing.on and thing.policy.max_age < 600", False),
        ("len(thing.items) > 3", True),
        ("option.limit > 3", True),
        ("any(i.weight > 3 for i in thing.items)", False),
        ("any(i.weight and i.weight > 3 for i in thing.items)", True),
        ("thing.count and any(thing.count > 3 for i in thing.items)", True),
    ],
)
def test_guards(text: str, guarded: bool) -> None:
    said = complaint(text)
    assert (said == "") is guarded
    assert guarded or "needs a guard" in said


@pytest.mark.parametrize(
    ("text", "several"),
    [
        ("thing.on", False),
        ("thing.on and thing.on", False),
        ("thing.on and thing.off", True),
        ("thing.on and thing.subject == 'x'", False),  # a plain value has no place
        ("thing.count and thing.count > option.limit", False),
        ("any(i.source == '/' for i in thing.items)", False),
        ("any(i.source == '/' and i.weight for i in thing.items)", True),
        ("any(w == 'A' for w in thing.more)", False),
        ("thing.on and any(w == 'A' for w in thing.more)", True),
        ("len(thing.more) == 1", False),
        ("thing.policy.flag", False),
        ("thing.policy and thing.policy.flag", True),
    ],
)
def test_whether_a_place_must_be_named(text: str, several: bool) -> None:
    assert typecheck.needs_place(text, "thing", Thing) is several


@pytest.mark.parametrize(
    ("text", "fine"),
    [("thing.on", True), ("thing", True), ("thing.more", True), ("thing.policy", True), ("thing.subject", False)],
)
def test_places(text: str, fine: bool) -> None:
    if fine:
        typecheck.check_place(text, "thing", Thing)
    else:
        with pytest.raises(BadExpression, match="has no place"):
            typecheck.check_place(text, "thing", Thing)
