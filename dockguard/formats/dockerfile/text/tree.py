"""What a Dockerfile says, as a tree: instructions, their words, flags and heredocs, each with its exact place."""

from __future__ import annotations

from bisect import bisect_right

from dockguard.finding import Problem
from dockguard.record import dataclass
from dockguard.source import Origin, Source, Span

UNEXPANDED = frozenset({"RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK", "SHELL", "ONBUILD", "MAINTAINER"})
COPIES = frozenset({"COPY", "ADD"})
MAX_STAGES = 500  # of one file that are looked at; BuildKit has no bound


@dataclass(frozen=True, slots=True)
class Joined:
    """A logical line: physical lines joined at their continuations, without the comments between them.

    `pieces` are (start in `text`, start in the source, length), in order and without gaps in `text`.
    """

    source: Source
    text: str
    pieces: tuple[tuple[int, int, int], ...]

    def span(self, start: int, end: int) -> Span:
        """Where a range of `text` is written; it covers the continuations in between."""
        first = self._offset(start)
        return Span(self.source, first, self._offset(end - 1) + 1 if end > start else first)

    def embed(self, start: int, end: int) -> Source:
        """A range of `text` as a source of its own, which knows where each of its pieces is written."""
        origin = Origin(self.span(start, end), tuple(self._cut(start, end)))
        return Source(self.source.path, self.text[start:end], self.source.encoding, origin=origin)

    def _cut(self, start: int, end: int) -> list[tuple[int, int, int]]:
        cut = []
        for inner, outer, length in self.pieces:
            low, high = max(inner, start), min(inner + length, end)
            if low < high:
                cut.append((low - start, outer + low - inner, high - low))
        return cut

    def _offset(self, at: int) -> int:
        if not self.pieces:
            return 0
        index = max(0, bisect_right(self.pieces, at, key=lambda piece: piece[0]) - 1)
        inner, outer, length = self.pieces[index]
        return outer + min(at - inner, length)


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it is written, with its quotes; in the JSON form the decoded string."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Flag:
    """`--name=value` between the instruction's name and its arguments; quotes and escapes are resolved."""

    name: str  # without the dashes
    value: str | None  # None where there is no `=`
    span: Span


@dataclass(frozen=True, slots=True)
class Pair:
    """`name=value` of ENV, LABEL and ARG, as written; `value` is None for an ARG without default."""

    name: Word
    value: Word | None
    legacy: bool = False  # `ENV name value`


@dataclass(frozen=True, slots=True)
class Heredoc:
    """A here-document: `body` is its text as the build sees it, `span` where the lines between its marks are."""

    name: str
    expand: bool  # whether variables in the body are replaced
    chomp: bool  # `<<-`: leading tabs are removed
    descriptor: int
    body: Source
    raw: str
    span: Span
    terminated: bool = True


@dataclass(frozen=True, slots=True)
class Directive:
    """`# escape=`, `# syntax=`, `# check=`: `value` as written."""

    name: str
    value: str
    span: Span


@dataclass(frozen=True, eq=False, slots=True)
class Instruction:
    """One instruction. `name` is upper-case; for ONBUILD `trigger` is the instruction that it carries.

    `words` are the arguments as BuildKit's parser splits them, without flags; ENV, LABEL and ARG have `pairs` too.
    """

    name: str
    keyword: Span
    span: Span  # from its name to the end of its last line, heredocs included
    line: int
    end_line: int
    joined: Joined
    start: int  # of the instruction in `joined`; not 0 for the trigger of an ONBUILD
    args: tuple[int, int]  # range of the arguments in `joined`, flags left out
    flags: tuple[Flag, ...]
    words: tuple[Word, ...]
    pairs: tuple[Pair, ...]
    json: bool
    heredocs: tuple[Heredoc, ...] = ()
    trigger: Instruction | None = None
    error: str = ""  # why BuildKit's parser refuses it

    @property
    def text(self) -> str:
        """The instruction as one line, as BuildKit keeps it."""
        return self.joined.text[self.start :]

    @property
    def argument(self) -> Word:
        """Everything after the flags, as one word."""
        start, end = self.args
        return Word(self.joined.text[start:end], self.joined.span(start, end))

    def flag(self, name: str) -> Flag | None:
        """The last flag of that name."""
        return next((flag for flag in reversed(self.flags) if flag.name == name), None)

    def all_flags(self, name: str) -> tuple[Flag, ...]:
        """Every flag of that name, in order."""
        return tuple(flag for flag in self.flags if flag.name == name)


@dataclass(frozen=True, eq=False, slots=True)
class Tree:
    """One Dockerfile."""

    source: Source
    escape: str
    directives: tuple[Directive, ...]
    instructions: tuple[Instruction, ...]
    comments: tuple[Span, ...]  # from `#` to the end of the line; directives are none
    problems: tuple[Problem, ...]


def place(span: Span) -> Span:
    """The place in the Dockerfile of a range of an embedded text, continuation lines included."""
    for _ in range(20):
        origin = span.source.origin
        if origin is None:
            return span
        whole = origin.translate(span.start, span.end)
        if whole is not origin.host:  # verbatim, in one piece
            span = whole
            continue
        start = origin.translate(span.start, span.start + 1 if span.end > span.start else span.start)
        end = origin.translate(span.end - 1, span.end) if span.end > span.start else start
        exact = start != origin.host and end != origin.host and start.start <= end.end
        span = Span(origin.host.source, start.start, end.end) if exact else whole
    return span
