"""What a regular expression is made of, as PCRE has it."""

from __future__ import annotations

from dockguard.formats.nginx.regex.chars import Chars
from dockguard.record import dataclass

ENDLESS = 1 << 30  # the upper bound of `*` and `+`


@dataclass(frozen=True, slots=True)
class One:
    """One character out of a set."""

    mask: Chars


@dataclass(frozen=True, slots=True)
class Seq:
    """One after the other; empty for the empty text."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Alt:
    """One of several."""

    options: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """Several times; `atomic` where what was taken is never given back."""

    item: Node
    low: int
    high: int
    atomic: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """What a number, and perhaps a name, stands for afterwards."""

    number: int
    name: str
    item: Node


@dataclass(frozen=True, slots=True)
class Atomic:
    """A group that never gives back what it took."""

    item: Node


@dataclass(frozen=True, slots=True)
class Edge:
    """A place between characters: `^`, `$`, `A`, `Z`, `z`, `b`, `B`, `G`; `^m` and `$m` where lines count."""

    sign: str


@dataclass(frozen=True, slots=True)
class Look:
    """What must stand, or must not stand, before or behind a place."""

    item: Node
    ahead: bool
    negative: bool


@dataclass(frozen=True, slots=True)
class Back:
    """What a group took, once more."""

    to: int | str


Node = One | Seq | Alt | Repeat | Group | Atomic | Edge | Look | Back
EMPTY = Seq(())


@dataclass(frozen=True, slots=True)
class Tree:
    """A parsed expression and its groups: how many, and their names."""

    top: Node
    groups: tuple[Group, ...]
    names: tuple[str, ...]

    def group(self, number: int) -> Group | None:
        """A group by its number."""
        return next((one for one in self.groups if one.number == number), None)

    @property
    def count(self) -> int:
        """The highest number of a group."""
        return max((one.number for one in self.groups), default=0)
