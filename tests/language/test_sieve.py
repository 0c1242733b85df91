"""A sieve keeps every node that a check is true or unknown for, or fails on, and drops where it is surely false."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockguard.language.expression import BadExpression, Scope, compile, parse, truth
from dockguard.language.sieve import sieve
from tests.language.model import thing

NAMES = {"option": {"limit": 4, "words": ["ALL"]}, "table": {"t": ["/etc"]}}
LEAVES = st.sampled_from(
    [
        "thing.on",
        "thing.off",
        "thing.missing",
        "thing.unknown",
        "thing.items",
        "thing.open",
        "thing.optional",
        "thing.policy.flag",
        "thing.missing.nowhere",
        "thing.unknown.nowhere",
        "thing.nowhere",
        "thing.text == 'nginx:1.27'",
        "thing.missing != 'x'",
        "thing.unknown in ['x']",
        "thing.text in ['x', 'nginx:1.27']",
        "thing.missing in ['x']",
        "thing.count in [5, 6]",
        "thing.count not in [5, 6]",
        "thing.count > option.limit",
        "thing.missing > 3",
        "thing.text > 3",
        "thing.count == -5",
        "'ALL' in thing.more",
        "'B' in thing.open",
        "'B' not in thing.open",
        "len(thing.more) == 2",
        "len(thing.open) == 1",
        "len(thing.missing) == 0",
        "any(i.source == '/' for i in thing.items)",
        "any(i.source == '/opt' for i in thing.items)",
        "all(i.source != '/etc' for i in thing.items)",
        "any(i.source in table.t for i in thing.items)",
        "any(w in option.words for w in thing.more)",
        "all(w == 'A' for w in thing.missing)",
        "any(any(j.name == i.name for j in thing.items) for i in thing.items)",
    ]
)


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    joined = st.tuples(st.sampled_from([" and ", " or "]), st.lists(inner, min_size=2, max_size=3))
    return inner.map(lambda text: f"not ({text})") | joined.map(lambda parts: f"({parts[0].join(parts[1])})")


def answer(text: str) -> bool | str | None:
    """What the full evaluation says; a failure is an answer of its own."""
    try:
        return truth(compile(parse(text))(Scope({"thing": thing(), **NAMES}))[0])
    except Exception as error:
        return type(error).__name__


@given(st.recursive(LEAVES, grown, max_leaves=6))
def test_it_drops_what_is_false_and_nothing_else(text: str) -> None:
    node = thing()
    kept = sieve(parse(text), "thing")([node], NAMES)
    assert kept == ([] if answer(text) is False else [node]), answer(text)


def test_the_order_stays() -> None:
    nodes = [thing(subject=str(number), count=number) for number in range(9)]
    kept = sieve(parse("thing.count > 2 and thing.subject in ['8', '3', '1']"), "thing")(nodes, NAMES)
    assert [node.subject for node in kept] == ["3", "8"]


@pytest.mark.parametrize(
    "text", ["thing._private", "thing.method()", "thing.count + 1 > 2", "1 < thing.count < 9", "[thing] == thing.more"]
)
def test_what_is_not_in_the_language_is_refused(text: str) -> None:
    with pytest.raises(BadExpression):
        sieve(parse(text), "thing")
