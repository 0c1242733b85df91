"""Source lines with underlined places: the only way from a source to a terminal, masked, escaped and cut to fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from dockguard.record import dataclass
from dockguard.render.masking import MAX_PLACE, STARS, Masks
from dockguard.render.terminal import ELLIPSIS, Look, columns, room, safe, visible, wrap
from dockguard.source import Source, Span

TAB = "    "
LABEL_ROOM = 40  # columns that a label below its underline wants at least


@dataclass(frozen=True, slots=True)
class Mark:
    """A place to underline, in the file on disk: carets for what decides, dashes for what explains."""

    span: Span
    label: str = ""
    style: str = "note"
    glyph: str = "-"

    @property
    def line(self) -> int:
        """The one-based line it is drawn at."""
        return self.span.line


@dataclass(frozen=True, slots=True)
class _Cell:
    """What is shown for the code points from `start` to `end`."""

    start: int
    end: int
    text: str
    columns: int

    @property
    def room(self) -> int:
        return max(self.columns, len(self.text))


@dataclass(frozen=True, slots=True)
class Frame:
    """Draws blocks of source lines beside line numbers of a width."""

    masks: Masks
    look: Look
    gutter: int = 2

    def bar(self, number: int | None = None) -> str:
        """What stands left of a source line."""
        return self.look.paint(f"{'' if number is None else number:>{self.gutter}} |", "frame")

    def blank(self) -> str:
        """An empty line between the place and its excerpt."""
        return self.bar()

    @property
    def space(self) -> int:
        """Columns right of the bar; one is kept for a caret behind the line's end."""
        return self.look.width - self.gutter - 4

    def lines(self, marks: Sequence[Mark]) -> Iterator[str]:
        """The lines of one source that its marks stand in, each with its underlines; far lines are left out."""
        last = 0
        for number, group in groupby(sorted(marks, key=lambda mark: mark.line), key=lambda mark: mark.line):
            marked = sorted(group, key=lambda mark: (mark.glyph != "^", mark.span.start))
            if last and number == last + 2:
                yield self._between(marked[0].span.source, last + 1)
            elif last and number > last + 2:
                yield self.look.paint("...", "frame")
            yield from self._line(marked[0].span.source, number, marked)
            last = number

    def _between(self, source: Source, number: int) -> str:
        line = source.line_span(number)
        return f"{self.bar(number)} {_text(self._view(line, line.start))}".rstrip()

    def _line(self, source: Source, number: int, marks: Iterable[Mark]) -> Iterator[str]:
        """One line; it is drawn again for a mark that lies outside the part that fits."""
        line = source.line_span(number)
        view: Sequence[_Cell] = ()
        for mark in marks:
            if not _holds(view, mark.span.start):
                view = self._view(line, mark.span.start)
                yield f"{self.bar(number)} {_text(view)}".rstrip()
            yield from self._underline(mark, line, view)

    def _underline(self, mark: Mark, line: Span, view: Sequence[_Cell]) -> Iterator[str]:
        start = min(max(mark.span.start, line.start), line.end)
        end = min(mark.span.end, line.end)
        column = sum(cell.columns for cell in view if cell.end <= start)
        length = max(1, sum(cell.columns for cell in view if cell.end > start and cell.start < end))
        carets = self.look.paint(mark.glyph * length, mark.style)
        label = " ".join(safe(mark.label).split()) if len(mark.label) < self.space else ""
        if label and column + length + 1 + room(label) <= self.space:
            yield f"{self.bar()} {' ' * column}{carets} {self.look.paint(label, mark.style)}"
            return
        yield f"{self.bar()} {' ' * column}{carets}"
        if mark.label:
            indent = " " * max(0, min(column, self.space - LABEL_ROOM))
            for row in wrap(mark.label, self.space, indent, indent):
                yield f"{self.bar()} {self.look.paint(row, mark.style)}"

    def _view(self, line: Span, focus: int) -> Sequence[_Cell]:
        """The cells of a line, or where it is too long those around an offset."""
        whole, complete = self._fitting(line, line.start, self.space)
        if complete:
            return whole
        start = line.start
        if focus - line.start > self.space // 2:
            start = max(line.start, min(focus - self.space // 3, line.end - self.space // 2))
        view, complete = self._fitting(line, start, self.space - 2)
        before = [_Cell(line.start, start, ELLIPSIS, 1)] if start > line.start else []
        after = [] if complete else [_Cell(view[-1].end if view else start, line.end, ELLIPSIS, 1)]
        return [*before, *view, *after]

    def _fitting(self, line: Span, start: int, space: int) -> tuple[list[_Cell], bool]:
        """The cells from an offset that fit, and whether they reach the line's end."""
        cells: list[_Cell] = []
        at = start
        for cell in self._cells(Span(line.source, start, min(line.end, start + MAX_PLACE))):
            space -= cell.room
            if space < 0:
                return cells, False
            cells.append(cell)
            at = cell.end
        return cells, at >= line.end

    def _cells(self, span: Span) -> Iterator[_Cell]:
        """What is shown for a range: stars for secrets, blanks for tabs, escapes for what a terminal would obey."""
        at = span.start
        for start, end in (*self.masks.ranges(span), (span.end, span.end)):
            for offset in range(at, start):
                char = span.source.text[offset]
                text = TAB if char == "\t" else visible(char)
                yield _Cell(offset, offset + 1, text, columns(text))
            if end > start:
                yield _Cell(max(at, start), min(end, span.end), STARS, len(STARS))
            at = max(at, end)


def _text(view: Iterable[_Cell]) -> str:
    return "".join(cell.text for cell in view)


def _holds(view: Sequence[_Cell], offset: int) -> bool:
    """Whether an offset is seen in full in a view (an ellipsis does not count)."""
    if not view:
        return False
    first, last = view[0], view[-1]
    start = first.end if first.text == ELLIPSIS else first.start
    end = last.start if last.text == ELLIPSIS else last.end + 1
    return start <= offset < end
