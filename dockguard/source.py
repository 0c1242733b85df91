"""Text, places in it, and values that remember the place they were written."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from dockguard.lazy import cached_property
from dockguard.record import dataclass

T = TypeVar("T")
U = TypeVar("U")


class Secret(str):
    """A text that no output may show; `masked` is what is shown instead."""

    __slots__ = ()

    @property
    def masked(self) -> str:
        """Stars of a fixed width, so that not even the length leaks."""
        return "*" * 7

    def __repr__(self) -> str:
        return f"Secret({self.masked!r})"


@dataclass(frozen=True, eq=False)
class Source:
    """One text: a file of the workspace, or a file that is written inside another one.

    `path` is relative to the workspace root and `/`-separated. `text` is decoded, without byte order mark;
    every offset counts its code points, and only "\\n" ends a line (a "\\r" before it belongs to the line).
    """

    path: str
    text: str
    encoding: str = "utf-8"
    bom: bool = False
    lossy: bool = False  # some bytes could not be decoded, so an edit could not be written back
    origin: Origin | None = None

    @cached_property
    def line_starts(self) -> tuple[int, ...]:
        """Offsets at which lines begin; the first is 0."""
        starts = [0]
        find, at = self.text.find, self.text.find("\n")
        while at >= 0:
            starts.append(at + 1)
            at = find("\n", at + 1)
        return tuple(starts)

    def position(self, offset: int) -> tuple[int, int]:
        """One-based (line, column) of an offset."""
        line = bisect_right(self.line_starts, offset) - 1
        return line + 1, offset - self.line_starts[line] + 1

    def line_span(self, number: int) -> Span:
        """The one-based line, without its line break."""
        start = self.line_starts[number - 1]
        end = self.line_starts[number] - 1 if number < len(self.line_starts) else len(self.text)
        if end > start and self.text[end - 1] == "\r":
            end -= 1
        return Span(self, start, end)

    def span(self, start: int, end: int) -> Span:
        """A place in this text."""
        return Span(self, start, end)

    @property
    def whole(self) -> Span:
        """The place of something that is nowhere in the text: its beginning."""
        return Span(self, 0, 0)


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of code points that knows its Source."""

    source: Source
    start: int
    end: int

    @property
    def text(self) -> str:
        """The characters it covers."""
        return self.source.text[self.start : self.end]

    @property
    def line(self) -> int:
        """One-based line of its start."""
        return self.source.position(self.start)[0]

    @property
    def outer(self) -> Span:
        """The same place in the file on disk, when its source is written inside another one."""
        origin = self.source.origin
        return self if origin is None else origin.translate(self.start, self.end).outer

    def covers(self, other: Span) -> bool:
        """Whether another place of the same source lies inside this one."""
        return self.source is other.source and self.start <= other.start and other.end <= self.end

    @property
    def key(self) -> tuple[str, int, int]:
        """What sorts places: path, start, end."""
        return self.source.path, self.start, self.end


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an embedded source is written: a host range, and pieces that stand there verbatim.

    `pieces` are (start in the embedded text, start in the host text, length), in order, without overlap.
    A range that no single piece holds is placed at the whole host range.
    """

    host: Span
    pieces: tuple[tuple[int, int, int], ...]

    def translate(self, start: int, end: int) -> Span:
        """The host's range of a range of the embedded text."""
        at = bisect_right(self.pieces, start, key=lambda piece: piece[0]) - 1
        if at >= 0:
            inner, outer, length = self.pieces[at]
            if end <= inner + length:
                return Span(self.host.source, outer + start - inner, outer + end - inner)
        return self.host


class Undecided(Exception):
    """Somebody asked for the truth of a value that only the run time knows."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that only the run time knows, and why (`${TAG} is not set`)."""

    why: str = ""

    def __bool__(self) -> bool:
        raise Undecided(self.why)


@dataclass(frozen=True, slots=True)
class Via:
    """One step in the history of a value, the newest first: a place, and what happened there.

    `how` reads after "note: ", in lower case: "overrides this", "inherited from stage `base`", "included here".
    """

    span: Span
    how: str
    next: Via | None = None

    def __iter__(self) -> Iterator[Via]:
        step: Via | None = self
        while step is not None:
            yield step
            step = step.next


@dataclass(frozen=True, slots=True)
class Fact(Generic[T]):
    """A value with a birthplace.

    `value` is None: nobody wrote it, and `span` is where one would. It is Unknown: only the run time knows.
    """

    value: T | Unknown | None
    span: Span
    via: Via | None = None

    @property
    def written(self) -> bool:
        """Whether somebody wrote it, known or not."""
        return self.value is not None

    @property
    def known(self) -> T | None:
        """The value, or None when it is absent or only the run time knows it."""
        value = self.value
        return None if isinstance(value, Unknown) else value

    @property
    def sure(self) -> bool:
        """Whether it is not unknown; what is surely absent is sure."""
        return not isinstance(self.value, Unknown)

    def __bool__(self) -> bool:
        """Its truth; raises Undecided for an unknown value."""
        return bool(self.value)

    def map(self, function: Callable[[T], U | Unknown | None]) -> Fact[U]:
        """The same place and history, another view of the value."""
        value = self.value
        return Fact(value if value is None or isinstance(value, Unknown) else function(value), self.span, self.via)

    def step(self, span: Span, how: str) -> Fact[T]:
        """The same value after it passed through another place."""
        return Fact(self.value, self.span, Via(span, how, self.via))

    def or_else(self, other: Fact[T]) -> Fact[T]:
        """This fact, or where nobody wrote it the other one."""
        return self if self.value is not None else other


@dataclass(frozen=True, slots=True)
class Many(Generic[T]):
    """A collection of facts or model nodes.

    It is closed when `open` is empty: what is not in it is surely absent. Else `open` says why it may hold
    more (an unread include, a base image nobody knows, a `${X}` item), and absence is unknown.
    """

    items: tuple[T, ...]
    span: Span
    open: str = ""

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)

    def __len__(self) -> int:
        """How many are known."""
        return len(self.items)

    def __bool__(self) -> bool:
        """Whether there is any; raises Undecided when only the run time knows."""
        if not self.items and self.open:
            raise Undecided(self.open)
        return bool(self.items)


def absent(span: Span) -> Fact[T]:
    """A fact that nobody wrote; `span` is where one would."""
    return Fact(None, span)
