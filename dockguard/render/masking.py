"""What outputs may not show: the ranges of every source that hold secrets, and texts without them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from dockguard.lazy import regex
from dockguard.render.secret_ranges import key_blocks, secret_ranges
from dockguard.report import Report, Run
from dockguard.source import Secret, Source, Span

STARS = Secret().masked
MIN_LENGTH = 4  # code points; a shorter secret cannot be told from ordinary text in a message
MARGIN = (
    2000  # code points of a line that are looked at on each side of a place, for the name that a value stands under
)
MAX_PLACE = 20_000  # code points of one place that are looked at
MIN_KNOWN, MAX_KNOWN, MAX_WORDS = 10, 4096, 100  # of secrets that are hidden wherever else they stand
MAX_USES = 20  # places at which a secret is looked for in the open

_NAME = regex(r"""[ \t-]{0,64}["']?[A-Za-z_][\w.-]{0,255}["']?[ \t]{0,64}(?:=|:[ \t])[ \t]{0,64}""")

Ranges = tuple[tuple[int, int], ...]


class Masks:
    """The secret ranges of the sources of one run, worked out for the lines that are shown.

    A range is secret because the text says so, or because a finding (or its note) whose words were masked stands there.
    """

    def __init__(self, run: Run) -> None:
        self._marked: dict[Source, list[tuple[int, int]]] = {}
        self._blocks: dict[Source, Ranges] = {}
        self._ranges: dict[Span, Ranges] = {}
        for span in _masked_places(run.reports):
            self._marked.setdefault(span.source, []).append(_value_part(span))
        self._reports = run.reports

    def ranges(self, span: Span) -> Ranges:
        """The secret ranges that touch a place, in order, without overlap; at most `MAX_PLACE` of it is looked at."""
        if span not in self._ranges:
            source, start, end = span.source, span.start, min(span.end, span.start + MAX_PLACE)
            chunk = _lines(Span(source, start, end))
            found = ((chunk.start + first, chunk.start + last) for first, last in secret_ranges(chunk.text))
            known = _occurrences(chunk, self._elsewhere)
            every = merge([*found, *known, *self._block(source), *self._marked.get(source, ())])
            self._ranges[span] = tuple(pair for pair in every if pair[1] > start and pair[0] < max(end, start + 1))
        return self._ranges[span]

    @cached_property
    def _elsewhere(self) -> tuple[str, ...]:
        """Secrets of the lines that the run speaks of: whoever copies one into another file leaks it there, too."""
        lines = dict.fromkeys(_lines(span) for report in self._reports for span in _spans(report))
        found = {(line.source, line.start + a, line.start + b) for line in lines for a, b in secret_ranges(line.text)}
        found |= {(source, start, end) for source, pairs in self._marked.items() for start, end in pairs}
        words = {source.text[start:end].strip("\"' \t\r\n") for source, start, end in found}
        long = (word for word in words if MIN_KNOWN <= len(word) <= MAX_KNOWN)
        return tuple(sorted(long, key=lambda word: (-len(word), word))[:MAX_WORDS])

    def text(self, span: Span) -> str:
        """The text of a span with stars for secrets; one that is hidden in part is hidden as a whole."""
        pieces, at = [], span.start
        for start, end in self.ranges(span):
            pieces += [span.source.text[at : max(at, start)], STARS]
            at = end
        return "".join(pieces) + span.source.text[at : max(at, span.end)]

    def words(self, report: Report, text: str) -> str:
        """A text about a report without the secrets of the lines that it speaks of."""
        return self.hide(text, _spans(report))

    def hide(self, text: str, spans: Iterable[Span]) -> str:
        """A text without the secrets of the lines of some places."""
        for secret in self.secrets(spans):
            if secret in text:
                text = text.replace(secret, STARS)
        return text

    def tells(self, report: Report, text: str) -> bool:
        """Whether a text holds a secret of the lines that a report speaks of."""
        return any(secret in text for secret in self.secrets(_spans(report)))

    def secrets(self, spans: Iterable[Span]) -> tuple[str, ...]:
        """The secrets in the lines of some places and of their hosts, longest first."""
        lines = dict.fromkeys(_lines(place) for span in spans for place in (span, span.outer))
        found = {line.source.text[start:end].strip(): line.source for line in lines for start, end in self.ranges(line)}
        telling = [word for word, source in found.items() if len(word) >= MIN_LENGTH and not self._public(word, source)]
        return tuple(sorted(telling, key=lambda word: (-len(word), word)))

    def _public(self, word: str, source: Source) -> bool:
        """Whether the file also says a secret in the open: `image: postgres` beside the password `postgres`."""
        at = source.text.find(word)
        for _ in range(MAX_USES):
            if at < 0:
                return False
            if not self.ranges(Span(source, at, at + len(word))):
                return True
            at = source.text.find(word, at + len(word))
        return False

    def _block(self, source: Source) -> Ranges:
        if source not in self._blocks:
            self._blocks[source] = tuple(key_blocks(source.text))
        return self._blocks[source]


def _occurrences(chunk: Span, words: Iterable[str]) -> Iterator[tuple[int, int]]:
    for word in words:
        at = chunk.source.text.find(word, chunk.start, chunk.end)
        while at >= 0:
            yield at, at + len(word)
            at = chunk.source.text.find(word, at + len(word), chunk.end)


def _spans(report: Report) -> tuple[Span, ...]:
    """The places that a report speaks of."""
    return report.span, *(note.span for note in report.finding.notes)


def _lines(span: Span) -> Span:
    """The whole lines of a place, not endless."""
    source = span.source
    size = len(source.text)
    start, end = min(span.start, size), min(max(span.end, span.start), span.start + MAX_PLACE, size)
    first = source.line_span(source.position(start)[0])
    last = source.line_span(source.position(end)[0])
    return Span(source, max(first.start, start - MARGIN), max(end, min(last.end, end + MARGIN)))


def _masked_places(reports: Iterable[Report]) -> Iterator[Span]:
    """The places whose words show stars, in their own source and in its host."""
    for report in reports:
        finding = report.finding
        pairs = [(finding.span, finding.message), *((note.span, note.text) for note in finding.notes)]
        for span, text in pairs:
            if STARS in text:
                yield from {span, span.outer}


def _value_part(span: Span) -> tuple[int, int]:
    """The range of a span without the name it may begin with (`DB_PASSWORD=`, `- KEY: `)."""
    name = _NAME.match(span.source.text, span.start, span.end)
    return (name.end() if name and name.end() < span.end else span.start), span.end


def merge(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """Ranges in order; what overlaps or touches becomes one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(pair for pair in ranges if pair[0] < pair[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
