"""Captures of a location's expression that lead out of the folder in which `alias` puts them.

nginx has resolved `/../` in the path before the expression is tried; `/files../x` it leaves alone, because a folder may
be named `files..`. So dots climb where the captured text begins behind something else than a slash, and `alias` puts it
behind one. Where `alias` has no slash before it, it chooses among the names that begin as the folder's does.
"""

from __future__ import annotations

from dockguard.formats.nginx.flow import taint
from dockguard.formats.nginx.regex import chars, pcre, shape
from dockguard.formats.nginx.regex.automaton import AT_END, Automaton, TooLarge
from dockguard.formats.nginx.regex.chars import Chars
from dockguard.formats.nginx.regex.pcre_tree import Alt, Atomic, Edge, Group, Look, Node, Repeat, Seq, Tree
from dockguard.formats.nginx.text.tree import Word
from dockguard.record import dataclass
from dockguard.source import Fact

DOTS, LONGER, ANY = "begin with `..`", "lengthen the folder's name", "be any path"
MAX_PARTS = 20  # of a path
_UNKNOWN = "\0"  # stands for what nobody knows
_SLASH = chars.of("/")
_NAMES = chars.of(".-x1")  # what names begin with


@dataclass(frozen=True, slots=True)
class Climb:
    """The capture that leads out, as it is written and where, and what it may do, in words."""

    written: str
    start: int
    end: int
    may: str


def captured(pattern: str, ignore_case: bool, path: Word) -> Fact[str]:
    """What leads out of the folder of a path, in words; absent where nothing surely does."""
    found = climb(pattern, ignore_case, path.text)
    if found is None:
        return Fact(None, path.span)
    return Fact(f"{found.written} captures may {found.may}", path.part(found.start, found.end))


def climb(pattern: str, ignore_case: bool, path: str) -> Climb | None:
    """The first capture in a path that leads out of the folder before it; None where none surely does."""
    tree = pcre.parse(pattern, ignore_case)
    if tree is None or "$" not in path:
        return None
    before = ""
    for written, name, start, end in list(taint.parts(path))[:MAX_PARTS]:
        group = _group(tree, name) if name else None
        may = _may(tree, group, before) if group is not None and not before.endswith(_UNKNOWN) else ""
        if may:
            return Climb(written, start, end, may)
        before += _ending(group, before) if name else written
    return None


def _ending(group: Group | None, before: str) -> str:
    """How a variable ends: with a letter of a name that goes on, or nobody knows how."""
    found = shape.of(group.item) if group is not None else None
    named = found is not None and not found.last & _SLASH and not (found.empty and before.endswith("/"))
    return "x" if named else _UNKNOWN


def _may(tree: Tree, group: Group, before: str) -> str:
    """What a capture can do behind a text; "" for nothing."""
    found = shape.of(group.item)
    if before == "/" and found.chars & _SLASH and found.first & _NAMES == _NAMES:
        return ANY
    if before.endswith("/"):
        return DOTS if _climbs(tree, group) else ""
    path = not before and found.first == _SLASH and found.chars & _NAMES == _NAMES
    if not path and found.first & _NAMES != _NAMES:
        return ""
    return LONGER if before else ANY


def _group(tree: Tree, name: str) -> Group | None:
    return next((one for one in tree.groups if name in (str(one.number), one.name.lower())), None)


def _climbs(tree: Tree, group: Group) -> bool:
    """Whether it can hold `..`, or begin with `../`, behind something else than a slash."""
    before = _before(tree.top, group, chars.ALL)
    if before is None or not before & ~_SLASH or _looks(group.item):
        return False
    machine = Automaton()
    try:
        start = machine.state()
        end = machine.add(group.item, start)
    except TooLarge:
        return False
    at = _closed(machine, {start})
    for char in "..":
        at = _step(machine, at, chars.of(char))
    return end in at or bool(_step(machine, at, _SLASH))


def _before(node: Node, group: Group, mask: Chars) -> Chars | None:
    """The characters that can stand right before a group; None where it is not in a part of the expression."""
    match node:
        case Group() if node is group:
            return mask
        case Group(item=item) | Atomic(item=item):
            return _before(item, group, mask)
        case Seq(items=items):
            for item in items:
                found = _before(item, group, mask)
                if found is not None:
                    return found
                mask = _after(item, mask)
        case Alt(options=options):
            return next((found for one in options if (found := _before(one, group, mask)) is not None), None)
        case Repeat(item=item):
            return _before(item, group, mask | shape.of(item).last)
    return None


def _after(node: Node, mask: Chars) -> Chars:
    if isinstance(node, Edge):
        return 0 if node.sign in ("^", "A") else mask
    found = shape.of(node)
    return found.last | (mask if found.empty else 0)


def _looks(node: Node) -> bool:
    """Whether it begins by looking ahead, which may refuse dots."""
    match node:
        case Look():
            return True
        case Seq(items=items):
            return bool(items) and _looks(items[0])
        case Alt(options=options):
            return any(_looks(one) for one in options)
        case Group(item=item) | Atomic(item=item) | Repeat(item=item):
            return _looks(item)
    return False


def _step(machine: Automaton, states: set[int], mask: Chars) -> set[int]:
    return _closed(machine, {to for state in states for taken, to in machine.takes[state] if taken & mask})


def _closed(machine: Automaton, states: set[int]) -> set[int]:
    """With the states that no character leads to."""
    found, open_ = set(states), list(states)
    while open_:
        for sign, to in machine.moves[open_.pop()]:
            if to not in found and sign in ("", AT_END):
                found.add(to)
                open_.append(to)
    return found
