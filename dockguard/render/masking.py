"""What outputs may not show: the ranges of every source that hold secrets, and texts without them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import islice

from dockguard.render.secret_ranges import secret_ranges
from dockguard.report import Report, Run
from dockguard.source import Secret, Source, Span

STARS = Secret().masked
MIN_LENGTH = 4  # code points; a shorter secret cannot be told from ordinary text in a message
MAX_WORDS = 200  # different secrets of one source that are looked for in messages

_NAME = re.compile(r"""[ \t-]{0,64}["']?[A-Za-z_][\w.-]{0,255}["']?[ \t]{0,64}(?:=|:[ \t])[ \t]{0,64}""")


class Masks:
    """The secret ranges of the sources of one run, worked out once for each source that is shown.

    A range is secret because the text says so, or because a finding (or its note) whose words were masked stands there.
    """

    def __init__(self, run: Run) -> None:
        self._marked: dict[Source, list[tuple[int, int]]] = {}
        self._ranges: dict[Source, tuple[tuple[int, int], ...]] = {}
        self._words: dict[Source, tuple[str, ...]] = {}
        for span in _masked_places(run.reports):
            self._marked.setdefault(span.source, []).append(_value_part(span))

    def ranges(self, source: Source) -> tuple[tuple[int, int], ...]:
        """The secret ranges of a source, in order, without overlap."""
        if source not in self._ranges:
            self._ranges[source] = merge([*secret_ranges(source), *self._marked.get(source, ())])
        return self._ranges[source]

    def at(self, source: Source, offset: int) -> tuple[int, int] | None:
        """The secret range that holds an offset."""
        ranges = self.ranges(source)
        index = bisect_right(ranges, offset, key=lambda pair: pair[0]) - 1
        return ranges[index] if index >= 0 and offset < ranges[index][1] else None

    def text(self, span: Span) -> str:
        """The text of a span with stars for secrets; one that is hidden in part is hidden as a whole."""
        pieces, at = [], span.start
        for start, end in self.ranges(span.source):
            if end > span.start and start < span.end:
                pieces += [span.source.text[at : max(at, start)], STARS]
                at = end
        return "".join(pieces) + span.source.text[at : max(at, span.end)]

    def words(self, report: Report, text: str) -> str:
        """A text about a report without the secrets of the sources that it speaks of."""
        return self.hide(text, _spans(report))

    def hide(self, text: str, spans: Iterable[Span]) -> str:
        """A text without the secrets of the sources of some places."""
        for secret in self.secrets(spans):
            if secret in text:
                text = text.replace(secret, STARS)
        return text

    def tells(self, report: Report, text: str) -> bool:
        """Whether a text holds a secret of the sources that a report speaks of."""
        return any(secret in text for secret in self.secrets(_spans(report)))

    def secrets(self, spans: Iterable[Span]) -> tuple[str, ...]:
        """The secrets of the sources of some places and of their hosts, longest first."""
        sources = dict.fromkeys(place.source for span in spans for place in (span, span.outer))
        found = {word for source in sources for word in self._of(source)}
        return tuple(sorted(found, key=lambda word: (-len(word), word)))

    def _of(self, source: Source) -> tuple[str, ...]:
        if source not in self._words:
            texts = [source.text[start:end].strip() for start, end in self.ranges(source)]
            inside = "\0".join(texts)
            candidates = islice(dict.fromkeys(texts), MAX_WORDS)
            self._words[source] = tuple(word for word in candidates if _telling(word, source, inside))
        return self._words[source]


def _spans(report: Report) -> tuple[Span, ...]:
    """The places that a report speaks of."""
    return report.span, *(note.span for note in report.finding.notes)


def _telling(word: str, source: Source, inside: str) -> bool:
    """Whether a secret gives something away: one that the file also says in the open (`image: postgres`) does not."""
    return len(word) >= MIN_LENGTH and source.text.count(word) <= inside.count(word)


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


def merge(ranges: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Ranges in order; what overlaps or touches becomes one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(pair for pair in ranges if pair[0] < pair[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
