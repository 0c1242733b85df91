"""What an nginx file says: statements and their words, each with its exact place."""

from __future__ import annotations

from collections.abc import Iterator

from dockguard.finding import Problem
from dockguard.record import dataclass, field
from dockguard.source import Fact, Source, Span, Unknown

TEMPLATE = "a template fills this in"


class Word:
    """One word as nginx reads it: quotes gone, `\\"`, `\\'`, `\\\\`, `\\t`, `\\r` and `\\n` decoded.

    `start` and `end` are offsets of the written form, quotes included. `opaque` words hold a template's placeholder.
    """

    __slots__ = ("end", "opaque", "quote", "source", "start", "text")

    def __init__(self, text: str, source: Source, start: int, end: int, quote: str = "", opaque: bool = False) -> None:
        self.text, self.source, self.start, self.end = text, source, start, end
        self.quote, self.opaque = quote, opaque

    @property
    def span(self) -> Span:
        """Its place, quotes included."""
        return Span(self.source, self.start, self.end)

    @property
    def inner(self) -> Span:
        """Its place without the quotes."""
        inset = 1 if self.quote in ("'", '"') else 0
        return Span(self.source, self.start + inset, max(self.end - inset, self.start + inset))

    @property
    def verbatim(self) -> bool:
        """Whether the text stands in the file as it is, so that parts of it have places of their own."""
        return self.inner.text == self.text

    @property
    def fact(self) -> Fact[str]:
        """The word as a value; a placeholder is unknown."""
        return Fact(Unknown(TEMPLATE) if self.opaque else self.text, self.span)

    def part(self, start: int, end: int) -> Span:
        """The place of a slice of the text; the whole word where it is not written verbatim."""
        return Span(self.source, self.inner.start + start, self.inner.start + end) if self.verbatim else self.span

    def __repr__(self) -> str:
        return f"Word({self.text!r}, {self.start})"


@dataclass(eq=False, slots=True)
class Statement:
    """A directive as written: its name, its arguments, and for a block the statements inside.

    `end` is after the `;` or the `}`. `body` is the offset after `{`, or -1 for a statement without a block.
    """

    name: Word
    args: tuple[Word, ...]
    end: int
    body: int = -1
    block: tuple[Statement, ...] | None = None

    @property
    def source(self) -> Source:
        """The text it stands in."""
        return self.name.source

    @property
    def span(self) -> Span:
        """All of it: from the name to the `;` or the `}`."""
        return Span(self.source, self.name.start, self.end)

    @property
    def head(self) -> Span:
        """Its words, without the `;` and without the block."""
        return Span(self.source, self.name.start, (self.args or (self.name,))[-1].end)

    @property
    def texts(self) -> tuple[str, ...]:
        """The arguments' texts."""
        return tuple(word.text for word in self.args)


@dataclass(eq=False, slots=True)
class Tree:
    """A parsed file, and what was wrong with it; broken statements are kept as far as they go."""

    source: Source
    statements: tuple[Statement, ...] = ()
    problems: tuple[Problem, ...] = ()
    remarks: tuple[tuple[int, int], ...] = field(default=())  # comments: from `#` to the end of the line

    def walk(self) -> Iterator[Statement]:
        """Every statement, in the order of the text; iterative, so depth costs nothing."""
        stack = list(reversed(self.statements))
        while stack:
            statement = stack.pop()
            yield statement
            stack.extend(reversed(statement.block or ()))
