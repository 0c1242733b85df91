"""What a text can be, as far as its characters tell; of what an expression matches, and of what its groups capture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from dockguard.formats.nginx.regex import chars, pcre
from dockguard.formats.nginx.regex.chars import Chars
from dockguard.formats.nginx.regex.pcre_tree import Alt, Atomic, Back, Edge, Group, Look, Node, One, Repeat, Seq
from dockguard.record import dataclass, replace

FEW = 4  # repeats of something that still count as written down


@dataclass(frozen=True, slots=True)
class Shape:
    """Never too little: every text that can occur has only such characters, begins and ends so, and holds `needs`."""

    chars: Chars  # that can be in it
    first: Chars  # that it can begin with
    last: Chars  # that it can end with
    empty: bool  # whether it can be empty
    needs: Chars = 0  # that are surely in it
    spelt: bool = False  # whether it is one of a few texts that somebody wrote down
    heads: bool = False  # of a part of a subject: whether it begins where the subject does

    def then(self, other: Shape) -> Shape:
        """The shape of both, one after the other."""
        return Shape(
            self.chars | other.chars,
            self.first | (other.first if self.empty else 0),
            other.last | (self.last if other.empty else 0),
            self.empty and other.empty,
            self.needs | other.needs,
            self.spelt and other.spelt,
        )

    def either(self, other: Shape) -> Shape:
        """The shape of what is one of both."""
        return Shape(
            self.chars | other.chars,
            self.first | other.first,
            self.last | other.last,
            self.empty or other.empty,
            self.needs & other.needs,
            self.spelt and other.spelt,
        )

    def within(self, subject: Shape) -> Shape:
        """The shape of a part that an expression took out of a subject."""
        mask = subject.chars
        first = self.first & (subject.first if self.heads else mask)
        return Shape(self.chars & mask, first, self.last & mask, self.empty, self.needs, self.spelt)

    def holds(self, text: str) -> bool:
        """Whether a text is of this shape."""
        if not text:
            return self.empty
        mask = chars.of(text)
        inside = not mask & ~self.chars and not self.needs & ~mask
        return bool(inside and chars.of(text[0]) & self.first and chars.of(text[-1]) & self.last)


NOTHING = Shape(0, 0, 0, True, 0, True)
ANYTHING = Shape(chars.ALL, chars.ALL, chars.ALL, True)


def literal(text: str) -> Shape:
    """The shape of one known text."""
    mask = chars.of(text)
    return Shape(mask, chars.of(text[:1]), chars.of(text[-1:]), not text, mask & ~chars.BEYOND, True)


def made_of(mask: Chars, first: Chars | None = None, empty: bool = True) -> Shape:
    """Any text of some characters."""
    return Shape(mask, mask if first is None else first, mask, empty)


def join(shapes: Iterable[Shape]) -> Shape:
    """The shape of several, one after the other."""
    found = NOTHING
    for shape in shapes:
        found = found.then(shape)
    return found


def any_of(shapes: Iterable[Shape]) -> Shape:
    """The shape of what is one of several; of nothing when there is none."""
    found: Shape | None = None
    for shape in shapes:
        found = shape if found is None else found.either(shape)
    return found or NOTHING


def of(node: Node) -> Shape:
    """What an expression takes. What it looks at, and where lines and words end, is not asked."""
    match node:
        case One(mask=mask):
            single = mask.bit_count() == 1 and mask != chars.BEYOND
            return Shape(mask, mask, mask, False, mask if single else 0, chars.few(mask, FEW) is not None)
        case Seq(items=items):
            return join(of(item) for item in items)
        case Alt(options=options):
            return any_of(of(option) for option in options)
        case Repeat():
            return _repeated(node)
        case Group(item=item) | Atomic(item=item):
            return of(item)
        case Edge() | Look():
            return NOTHING
        case Back():
            return ANYTHING


def _repeated(node: Repeat) -> Shape:
    if node.high == 0:
        return NOTHING
    item = of(node.item)
    spelt = item.spelt and node.high <= FEW
    return Shape(item.chars, item.first, item.last, item.empty or node.low == 0, item.needs if node.low else 0, spelt)


@lru_cache(1024)
def captures(pattern: str, ignore_case: bool = False) -> tuple[Shape, ...] | None:
    """The shapes of the groups, the whole match at 0; a group that takes no part is empty. None if it is not read."""
    tree = pcre.parse(pattern, ignore_case)
    if tree is None:
        return None
    found = [NOTHING] * (tree.count + 1)
    found[0] = of(tree.top)
    seen: set[int] = set()
    heads = {id(group) for group in _heads(tree.top, _anywhere(tree.top))}
    for group, optional in _groups(tree.top, False):
        shape = of(group.item)
        shape = shape.either(NOTHING) if optional else shape
        shape = replace(shape, heads=id(group) in heads)
        # A branch reset gives several groups one number; each of them may be the one that takes part.
        found[group.number] = found[group.number].either(shape) if group.number in seen else shape
        seen.add(group.number)
    return tuple(found)


def _groups(node: Node, optional: bool) -> Iterator[tuple[Group, bool]]:
    """Every group, with whether a match may leave it out. The depth is that of the parser."""
    match node:
        case Seq(items=items):
            for item in items:
                yield from _groups(item, optional)
        case Alt(options=options):
            for item in options:
                yield from _groups(item, True)
        case Repeat(item=item, low=low):
            yield from _groups(item, optional or not low)
        case Group(item=item):
            yield node, optional
            yield from _groups(item, optional)
        case Atomic(item=item):
            yield from _groups(item, optional)
        case Look(item=item):
            yield from _groups(item, True)
        case _:
            return


def _heads(node: Node, start: bool) -> Iterator[Group]:
    """The groups that begin where the text begins; `start`: whether the node stands there."""
    match node:
        case Seq(items=items):
            for item in items:
                yield from _heads(item, start)
                start = of(item) == NOTHING and (start or begins(item))
        case Alt(options=options):
            for item in options:
                yield from _heads(item, start)
        case Group(item=item):
            if start or begins(item):
                yield node
            yield from _heads(item, start)
        case Atomic(item=item) | Repeat(item=item, high=1):
            yield from _heads(item, start)
        case _:
            return


def _anywhere(node: Node) -> bool:
    """Whether an expression surely matches where it is first tried, be it nothing: that is where the text begins."""
    match node:
        case Seq(items=items):
            return all(_anywhere(item) for item in items)
        case Alt(options=options):
            return any(_anywhere(option) for option in options)
        case Repeat(item=item, low=low):
            return not low or _anywhere(item)
        case Group(item=item) | Atomic(item=item):
            return _anywhere(item)
        case _:
            return False


def edged(node: Node) -> bool:
    """Whether every way through an expression passes the beginning or the end of the text."""
    match node:
        case Edge(sign=sign):
            return sign in ("^", "$", "A", "z", "Z")
        case Seq(items=items):
            return any(edged(item) for item in items)
        case Alt(options=options):
            return all(edged(option) for option in options)
        case Repeat(item=item, low=low):
            return low > 0 and edged(item)
        case Group(item=item) | Atomic(item=item):
            return edged(item)
        case Look(item=item, negative=False):
            return edged(item)
        case _:
            return False


def begins(node: Node) -> bool:
    """Whether every way through an expression begins where the text begins."""
    match node:
        case Edge(sign=sign):
            return sign in ("^", "A")
        case Seq(items=items):
            for item in items:
                if begins(item):
                    return True
                if of(item) != NOTHING:
                    return False
            return False
        case Alt(options=options):
            return all(begins(option) for option in options)
        case Repeat(item=item, low=low):
            return low > 0 and begins(item)
        case Group(item=item) | Atomic(item=item):
            return begins(item)
        case _:
            return False


def exact(node: Node) -> str | None:
    """The only text that an expression matches, where it is `^text$`; else None."""
    items = node.items if isinstance(node, Seq) else ()
    if len(items) < 3 or not isinstance(items[0], Edge) or not isinstance(items[-1], Edge):
        return None
    if items[0].sign not in ("^", "A") or items[-1].sign not in ("$", "z", "Z"):
        return None
    found = ""
    for item in items[1:-1]:
        char = chars.few(item.mask, 1) if isinstance(item, One) else None
        if not char:
            return None
        found += char
    return found
