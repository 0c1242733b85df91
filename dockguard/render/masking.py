"""What outputs may not show: the ranges of every source that hold secrets, and texts without them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import islice

from dockguard.lazy import cached_property, regex
from dockguard.render.secret_ranges import key_blocks, secret_ranges
from dockguard.report import Report, Run
from dockguard.source import Secret, Source, Span

STARS = Secret().masked
MIN_LENGTH = 4  # code points; a shorter secret cannot be told from ordinary text in a message
MARGIN = (
    2000  # code points of a line that are looked at on each side of a place, for the name that a value stands under
)
WINDOW = 4000  # code points of a long line that are read at once
MAX_PLACE = 20_000  # code points of one place that are looked at
MIN_KNOWN, MAX_KNOWN, MAX_WORDS = 10, 4096, 100  # of secrets that are hidden wherever else they stand
MAX_SPANS = 500  # places that secrets are collected from to be hidden elsewhere
MAX_USES = 20  # places at which a secret is looked for in the open

_NAME = regex(r"""[ \t-]{0,64}["']?[A-Za-z_][\w.-]{0,255}["']?[ \t]{0,64}(?:=|:[ \t])[ \t]{0,64}""")

Ranges = tuple[tuple[int, int], ...]
Words = tuple[tuple[str, Source], ...]


def masks_of(run: Run) -> Masks:
    """The masks of a run, which all its outputs share."""
    kept = vars(run)
    if "_masks" not in kept:
        kept["_masks"] = Masks(run)
    masks: Masks = kept["_masks"]
    return masks


class Masks:
    """The secret ranges of the sources of one run, worked out for the lines that are shown.

    A range is secret because the text says so, or because a finding (or its note) whose words were masked stands there.
    """

    def __init__(self, run: Run) -> None:
        marked: dict[Source, list[tuple[int, int]]] = {}
        for span in _masked_places(run.reports):
            marked.setdefault(span.source, []).append(_value_part(span))
        self._marked = {source: merge(pairs) for source, pairs in marked.items()}
        self._blocks: dict[Source, Ranges] = {}
        self._ranges: dict[Span, Ranges] = {}
        self._seen: dict[tuple[Source, int, int], Ranges] = {}  # what the detectors say of a line or window
        self._lines: dict[tuple[Source, int, int], Ranges] = {}  # all that is secret in some lines
        self._words: dict[tuple[Span, ...], Words] = {}
        self._of: dict[int, tuple[Report, Words]] = {}
        self._open: dict[tuple[str, Source], bool] = {}
        self._reports = run.reports

    def ranges(self, span: Span) -> Ranges:
        """The secret ranges that touch a place, in order, without overlap; at most `MAX_PLACE` of it is looked at."""
        if span not in self._ranges:
            source, start, end = span.source, span.start, min(span.end, span.start + MAX_PLACE)
            copies = _occurrences(Span(source, start, end), self._elsewhere)
            every = merge((*_between(self._around(source, start, end), start, end), *copies))
            self._ranges[span] = tuple(pair for pair in every if pair[1] > start and pair[0] < max(end, start + 1))
        return self._ranges[span]

    def _around(self, source: Source, start: int, end: int) -> Ranges:
        """What is secret in the lines of a place: by the detectors, as a part of a key, by a finding's words."""
        windows = list(_windows_of(source, start, end))
        low, high = windows[0][0], windows[-1][1]
        key = (source, low, high)
        if key not in self._lines:
            listed = (self._block(source), self._marked.get(source, ()))
            known = (pair for pairs in listed for pair in _between(pairs, low, high))
            self._lines[key] = merge((*self._near(source, start, end), *known))
        return self._lines[key]

    def _near(self, source: Source, start: int, end: int) -> Iterator[tuple[int, int]]:
        """What the detectors see in the lines of a place; each line, or window of a long one, is read once."""
        for low, high in _windows_of(source, start, end):
            key = (source, low, high)
            if key not in self._seen:
                text = source.text[low:high]
                self._seen[key] = tuple((low + first, low + last) for first, last in secret_ranges(text))
            yield from self._seen[key]

    @cached_property
    def _elsewhere(self) -> tuple[str, ...]:
        """Secrets of the lines that the run speaks of: whoever copies one into another file leaks it there, too."""
        spans = islice((span for report in self._reports for span in _spans(report)), MAX_SPANS)
        found = {
            (s.source, a, b) for s in spans for a, b in self._near(s.source, s.start, min(s.end, s.start + MARGIN))
        }
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
        """A text about a report without the secrets of the lines that it speaks of.

        A short word of the rule's own page is no secret: `a password that is easy to guess` says nothing of `pass`.
        """
        return self._without(text, self._hidden_of(report), report.rule.body)

    def hide(self, text: str, spans: Iterable[Span]) -> str:
        """A text without the secrets of the lines of some places."""
        return self._without(text, self._hidden(spans))

    def _without(self, text: str, words: Words, ours: str = "") -> str:
        for word, source in words:
            short = len(word) < MIN_KNOWN
            if word in text and not (short and word in ours) and self._telling(word, source):
                text = text.replace(word, STARS)
        return text

    def tells(self, report: Report, text: str) -> bool:
        """Whether a text holds a secret of the lines that a report speaks of."""
        return any(word in text and self._telling(word, source) for word, source in self._hidden_of(report))

    def _hidden_of(self, report: Report) -> Words:
        if id(report) not in self._of:
            self._of[id(report)] = report, self._hidden(_spans(report))
        return self._of[id(report)][1]

    def _hidden(self, spans: Iterable[Span]) -> Words:
        """The words that are hidden in the lines of some places and of their hosts, longest first."""
        every = (place for span in spans for place in ((span,) if span.source.origin is None else (span, span.outer)))
        places = tuple(dict.fromkeys(map(_lines, every)))
        if places not in self._words:
            self._words[places] = self._words_in(places)
        return self._words[places]

    def _words_in(self, lines: tuple[Span, ...]) -> Words:
        found = {line.source.text[start:end].strip(): line.source for line in lines for start, end in self.ranges(line)}
        long = ((word, source) for word, source in found.items() if len(word) >= MIN_LENGTH)
        return tuple(sorted(long, key=lambda pair: (-len(pair[0]), pair[0])))

    def _telling(self, word: str, source: Source) -> bool:
        """Whether a word is secret wherever it stands: a long one is no ordinary word."""
        return len(word) >= MIN_KNOWN or not self._public(word, source)

    def _public(self, word: str, source: Source) -> bool:
        """Whether the file, or its path, also says a secret in the open: `image: postgres` beside such a password."""
        if (word, source) not in self._open:
            self._open[word, source] = self._said(word, source)
        return self._open[word, source]

    def _said(self, word: str, source: Source) -> bool:
        if word in source.path:
            return True
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


def _windows_of(source: Source, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The windows of the lines of a place."""
    for number in range(source.position(start)[0], source.position(max(start, end))[0] + 1):
        yield from _windows(source.line_span(number), start, end)


def _windows(line: Span, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The line, or the windows of a long one that a place touches, each with a margin for names before values."""
    if line.end - line.start <= WINDOW:
        yield line.start, line.end
        return
    first = (max(start, line.start) - line.start) // WINDOW
    last = (min(max(start, end), line.end) - line.start) // WINDOW
    for index in range(first, last + 1):
        low = line.start + index * WINDOW
        yield max(line.start, low - MARGIN), min(line.end, low + WINDOW + MARGIN)


def _between(ranges: Ranges, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Those of sorted ranges that touch a place."""
    for at in range(bisect_left(ranges, start, key=lambda pair: pair[1]), len(ranges)):
        if ranges[at][0] > end:
            return
        yield ranges[at]


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
    """The whole lines of a place, not endless: of a long one blocks, which many places share."""
    source = span.source
    size = len(source.text)
    start, end = min(span.start, size), min(max(span.end, span.start), span.start + MAX_PLACE, size)
    first = source.line_span(source.position(start)[0])
    last = source.line_span(source.position(end)[0])
    low, high = max(start - MARGIN - first.start, 0), end + MARGIN - last.start
    whole = last.start + -(-high // MARGIN) * MARGIN
    return Span(source, first.start + low // MARGIN * MARGIN, max(end, min(last.end, whole)))


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
