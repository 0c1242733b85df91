"""How a file is laid out: blanks, line ends, indentation; words that go over several lines are left alone."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator

from dockguard.formats.nginx.level import Directive
from dockguard.formats.nginx.text.tree import Statement
from dockguard.lazy import cached_property
from dockguard.source import Source, Span


class Text:
    """One file of a site."""

    def __init__(self, source: Source, statements: Iterable[Statement]) -> None:
        self._source = source
        self._statements = sorted(statements, key=lambda statement: statement.name.start)

    @property
    def span(self) -> Span:
        """Its beginning."""
        return self._source.whole

    @property
    def subject(self) -> str:
        """Its path."""
        return self._source.path

    @property
    def editable(self) -> bool:
        """Whether it is a file of its own whose every byte was understood."""
        return not self._source.lossy and self._source.origin is None

    # --- blanks and line ends ---

    @cached_property
    def _long_words(self) -> list[tuple[int, int]]:
        """Words over several lines, or up to the end of the file, whose blanks mean something."""
        text = self._source.text
        words = (word for statement in self._statements for word in (statement.name, *statement.args))
        places = ((word.start, word.end) for word in words)
        return sorted((start, end) for start, end in places if end == len(text) or "\n" in text[start:end])

    def _inside(self, offset: int) -> bool:
        at = bisect_right(self._long_words, (offset, len(self._source.text))) - 1
        return at >= 0 and offset < self._long_words[at][1]

    @cached_property
    def trailing(self) -> tuple[Span, ...]:
        """Blanks at the ends of lines."""
        return tuple(self._blanks())

    def _blanks(self) -> Iterator[Span]:
        for number in range(1, len(self._source.line_starts) + 1):
            line = self._source.line_span(number)
            kept = len(line.text.rstrip(" \t"))
            if line.start + kept < line.end and not self._inside(line.start + kept):
                yield Span(self._source, line.start + kept, line.end)

    @property
    def crlf(self) -> tuple[int, ...]:
        """Offsets of the line ends that are of two bytes."""
        found, at = [], self._source.text.find("\r\n")
        while at >= 0:
            found.append(at)
            at = self._source.text.find("\r\n", at + 2)
        return tuple(found)

    @property
    def spaced(self) -> tuple[Span, ...]:
        """Blanks before a `;`, on its line."""
        return tuple(self._gaps())

    def _gaps(self) -> Iterator[Span]:
        for statement in self._statements:
            end, last = statement.end - 1, statement.head.end
            between = self._source.text[last:end]
            if (
                statement.block is None
                and self._source.text[end : end + 1] == ";"
                and between
                and not between.strip(" \t")
            ):
                yield Span(self._source, last, end)

    # --- indentation ---

    @cached_property
    def _depths(self) -> tuple[tuple[Statement, int], ...]:
        """The statements that begin their line, each with the number of blocks around it."""
        found, ends = [], list[int]()
        for statement in self._statements:
            while ends and ends[-1] <= statement.name.start:
                ends.pop()
            if not self._before(statement).strip(" \t"):
                found.append((statement, len(ends)))
            if statement.block is not None:
                ends.append(statement.end)
        return tuple(found)

    def _before(self, statement: Statement) -> str:
        line = self._source.text.rfind("\n", 0, statement.name.start) + 1
        return self._source.text[line : statement.name.start]

    @cached_property
    def unit(self) -> str:
        """The indentation of one block: what most statements of the first depth have; "" where there is none."""
        first = Counter(self._before(one) for one, depth in self._depths if depth == 1)
        base = Counter(self._before(one) for one, depth in self._depths if depth == 0).most_common(1)
        unit = first.most_common(1)
        return unit[0][0] if unit and base and not base[0][0] else ""

    @property
    def misindented(self) -> tuple[tuple[Span, str], ...]:
        """Statements whose indentation is not the file's own, each with the one that it should have."""
        if not self.unit:
            return ()
        wanted = ((one, self.unit * depth) for one, depth in self._depths)
        return tuple((one.name.span, indent) for one, indent in wanted if self._before(one) != indent)

    def __repr__(self) -> str:
        return f"Text({self._source.path})"


def texts(sources: Iterable[Source], directives: Iterable[Directive]) -> Iterator[Text]:
    """The files of a site, each with its statements."""
    found: dict[int, dict[int, Statement]] = {}
    for directive in directives:
        statement = directive.statement
        found.setdefault(id(statement.source), {})[id(statement)] = statement
    for source in sources:
        yield Text(source, found.get(id(source), {}).values())
