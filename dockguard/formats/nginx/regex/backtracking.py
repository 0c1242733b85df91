"""Whether an expression can be made to try endlessly: two ways to match the same text, inside a loop that can fail.

A loop is ambiguous when one of its places can be reached from itself by the same text in two ways (an exponential
number of tries); two loops side by side that share characters give a quadratic number. Weideman et al., "Analyzing
Matching Time Behavior of Backtracking Regular Expression Matchers", CIAA 2016.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from dockguard.formats.nginx.regex import pcre
from dockguard.formats.nginx.regex.chars import Chars
from dockguard.formats.nginx.regex.pcre_tree import ENDLESS, Alt, Atomic, Edge, Group, Look, Node, One, Repeat, Seq
from dockguard.formats.nginx.regex.shape import of
from dockguard.record import dataclass

MAX_PLACES = 120  # of one loop; larger ones are not judged
MAX_STEPS = 30_000
MAX_COPIES = 4  # of the body of `{n}`: enough to see an ambiguity


@dataclass(frozen=True, slots=True)
class Tries:
    """How a number of tries grows with the length of the text: `exponential` or `quadratic`."""

    growth: str


@lru_cache(1024)
def tries(pattern: str, ignore_case: bool = False) -> Tries | None:
    """How bad an expression can get; None for one that is not, or that nobody can judge."""
    tree = pcre.parse(pattern, ignore_case)
    if tree is None:
        return None
    loops = list(_loops(tree.top, False))
    if any(_ambiguous(loop) for loop in loops):
        return Tries("exponential")
    return Tries("quadratic") if _doubled(tree.top, False) else None


def _endless(node: Node) -> bool:
    return isinstance(node, Repeat) and node.high == ENDLESS


def _can_fail(node: Node) -> bool:
    """Whether what comes after a loop can fail, so that the loop is tried in other ways."""
    return not isinstance(node, Look) and (isinstance(node, Edge) or not of(node).empty)


def _loops(node: Node, fails: bool) -> Iterator[Repeat]:
    """The outermost endless loops, if something behind them can fail; `fails`: whether something does behind this."""
    match node:
        case Seq(items=items):
            after = fails
            for item in reversed(items):
                yield from _loops(item, after)
                after = after or _can_fail(item)
        case Alt(options=options):
            for option in options:
                yield from _loops(option, fails)
        case Repeat(item=item, atomic=atomic):
            if _endless(node) and not atomic:
                if fails:
                    yield node
            else:
                # Another round may fail, unless what was taken is never given back.
                yield from _loops(item, False if atomic else fails)
        case Group(item=item):
            yield from _loops(item, fails)
        case Atomic(item=item) | Look(item=item):
            yield from _loops(item, False)
        case _:
            return


# --- ambiguous loops: the places of Glushkov's automaton, and pairs of them -------------------------------------------


class _Full(Exception):
    """Too large to judge, or with parts that give nothing back."""


@dataclass(slots=True)
class _Part:
    """A part of a loop: the places that it begins and ends with, and whether it can be left out."""

    first: tuple[int, ...]
    last: tuple[int, ...]
    empty: bool


class _Places:
    """The places of a loop, each with its characters, and which follows which."""

    def __init__(self) -> None:
        self.masks: list[Chars] = []
        self.follow: list[set[int]] = []
        self.twice = False  # one place follows another in two ways

    def place(self, mask: Chars) -> _Part:
        if len(self.masks) >= MAX_PLACES:
            raise _Full
        self.masks.append(mask)
        self.follow.append(set())
        here = (len(self.masks) - 1,)
        return _Part(here, here, False)

    def link(self, last: tuple[int, ...], first: tuple[int, ...]) -> None:
        for before in last:
            for after in first:
                self.twice = self.twice or after in self.follow[before]
                self.follow[before].add(after)

    def part(self, node: Node) -> _Part:
        match node:
            case One(mask=mask):
                return self.place(mask)
            case Seq(items=items):
                return self.chain([self.part(item) for item in items])
            case Alt(options=options):
                parts = [self.part(option) for option in options]
                first = tuple(place for part in parts for place in part.first)
                last = tuple(place for part in parts for place in part.last)
                return _Part(first, last, any(part.empty for part in parts))
            case Repeat():
                return self.repeat(node)
            case Group(item=item):
                return self.part(item)
            case Edge() | Look():
                return _Part((), (), True)
        raise _Full

    def chain(self, parts: list[_Part]) -> _Part:
        found = _Part((), (), True)
        for part in parts:
            self.link(found.last, part.first)
            found = _Part(
                found.first + part.first if found.empty else found.first,
                part.last + found.last if part.empty else part.last,
                found.empty and part.empty,
            )
        return found

    def repeat(self, node: Repeat) -> _Part:
        if node.atomic:
            raise _Full
        if _endless(node):
            copies = [self.part(node.item) for _ in range(min(max(node.low, 1), MAX_COPIES))]
            self.link(copies[-1].last, copies[-1].first)
            found = self.chain(copies)
            return _Part(found.first, found.last, found.empty or not node.low)
        copies = [self.part(node.item) for _ in range(min(node.high, MAX_COPIES))]
        for at in range(min(node.low, len(copies)), len(copies)):
            copies[at] = _Part(copies[at].first, copies[at].last, True)
        return self.chain(copies)


def _ambiguous(loop: Repeat) -> bool:
    """Whether a place of a loop is reached from itself by one text in two ways."""
    places = _Places()
    try:
        places.part(loop)
        return places.twice or _two_ways(places)
    except _Full:
        return False


def _two_ways(places: _Places) -> bool:
    """Whether a pair of equal places leads to a pair of different ones and back."""
    budget = [MAX_STEPS]
    after: dict[tuple[int, int], list[tuple[int, int]]] = {}
    split = [pair for place in range(len(places.masks)) for pair in _next(places, (place, place), after, budget)]
    uneven = {pair for pair in split if pair[0] != pair[1]}
    return any(_returns(places, pair, after, budget) for pair in uneven)


def _next(
    places: _Places, pair: tuple[int, int], after: dict[tuple[int, int], list[tuple[int, int]]], budget: list[int]
) -> list[tuple[int, int]]:
    """The pairs that one and the same character leads to; pairs are kept in order, since both sides are alike."""
    if pair not in after:
        left, right = places.follow[pair[0]], places.follow[pair[1]]
        budget[0] -= len(left) * len(right)
        if budget[0] < 0:
            raise _Full
        found = {(min(a, b), max(a, b)) for a in left for b in right if places.masks[a] & places.masks[b]}
        after[pair] = list(found)
    return after[pair]


def _returns(
    places: _Places,
    start: tuple[int, int],
    after: dict[tuple[int, int], list[tuple[int, int]]],
    budget: list[int],
) -> bool:
    """Whether a pair of different places, split from an equal pair, leads back to an equal pair that splits into it."""
    seen, stack = {start}, [start]
    while stack:
        for pair in _next(places, stack.pop(), after, budget):
            if pair[0] == pair[1] and start in _reach(places, pair, after, budget):
                return True
            if pair not in seen:
                seen.add(pair)
                stack.append(pair)
    return False


def _reach(
    places: _Places,
    start: tuple[int, int],
    after: dict[tuple[int, int], list[tuple[int, int]]],
    budget: list[int],
) -> set[tuple[int, int]]:
    seen, stack = {start}, [start]
    while stack:
        for pair in _next(places, stack.pop(), after, budget):
            budget[0] -= 1
            if budget[0] < 0:
                raise _Full
            if pair not in seen:
                seen.add(pair)
                stack.append(pair)
    return seen


# --- loops side by side ----------------------------------------------------------------------------------------------


def _doubled(node: Node, fails: bool) -> bool:
    """Whether two endless loops over the same characters stand side by side, and something behind them can fail."""
    match node:
        case Seq(items=items):
            return _side_by_side(items, fails)
        case Alt(options=options):
            return any(_doubled(option, fails) for option in options)
        case Repeat(item=item, atomic=atomic):
            return _doubled(item, fails and not atomic)
        case Group(item=item):
            return _doubled(item, fails)
        case Atomic(item=item) | Look(item=item):
            return _doubled(item, False)
        case _:
            return False


def _side_by_side(items: tuple[Node, ...], fails: bool) -> bool:
    after, behind = fails, 0
    for item in reversed(items):
        if _doubled(item, after):
            return True
        mask = _loop_mask(item)
        if mask & behind and after:
            return True
        after = after or _can_fail(item)
        behind = mask | (behind if of(item).empty else 0)
    return False


def _loop_mask(node: Node) -> Chars:
    """The characters of an endless loop over single ones, perhaps in a group; 0 for anything else."""
    while isinstance(node, Group):
        node = node.item
    if isinstance(node, Repeat) and _endless(node) and not node.atomic:
        inner = node.item
        while isinstance(inner, Group):
            inner = inner.item
        return inner.mask if isinstance(inner, One) else 0
    return 0
