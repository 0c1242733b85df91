"""The grammar of suppression comments: `# dockguard: ignore[rule, rule] until=2027-03-31 -- reason`."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise

from dockguard.formats.base import Comment
from dockguard.glob import is_glob
from dockguard.lazy import regex
from dockguard.record import dataclass, field
from dockguard.select import ALL, Catalogue, did_you_mean
from dockguard.source import Source, Span
from dockguard.suppress.written import Name, Written

MAX_OUTSIDE = 1000  # directives of a text that are in no comment, and so are only told of
SCOPES = ("ignore", "ignore-block", "ignore-file")
_START = regex(
    r"(?<![^\s#])#[ \t]*+dockguard(?=[ \t]*+:|[ \t]++(?:(?:global|stage)[ \t]++)?(?:ignore|disable|skip|nolint)\b)",
    re.I,
)
_HEAD = regex(r"#[ \t]*+dockguard:[ \t]*+(ignore(?:-block|-file)?+)(?![\w-])(?:\[([^\]\n]*+)\])?")
_PAIR = regex(r"[ \t]++([A-Za-z][\w-]*+)=(\S*+)")
_REASON = regex(r"[ \t]*+(?:--|—|:)?[ \t]*+")
_NAME = regex(r"[^,\s]++(?:[ \t]++[^,\s]++)*+")
_FORM = "write `# dockguard: ignore[family/rule] -- reason`"


@dataclass(slots=True)
class _Parsed:
    scope: str = ""
    names: tuple[Name, ...] = ()
    until: datetime.date | None = None
    until_span: Span | None = None
    reason: str = ""
    wrong: list[str] = field(default_factory=list)
    blanket: bool = False


def directives(
    source: Source, comments: Sequence[Comment], taken: Iterable[Span], catalogue: Catalogue
) -> Iterator[Written]:
    """All directives of a text in their order; those outside of any comment too.

    `taken` are the places, in this text, of comments of texts that are written inside it.
    """
    if "dockguard" not in source.text.lower():
        return
    for comment in comments:
        if comment.span.source is source:
            for span in _chunks(source, comment.span.start, comment.span.end):
                yield read(span, comment, catalogue)
    inside = _Ranges([*(comment.span for comment in comments), *taken])
    outside = (match.start() for match in _START.finditer(source.text) if match.start() not in inside)
    for start in islice(outside, MAX_OUTSIDE):
        yield from _outside(source, start, catalogue)


def _outside(source: Source, start: int, catalogue: Catalogue) -> Iterator[Written]:
    end = source.text.find("\n", start)
    span = next(_chunks(source, start, len(source.text) if end < 0 else end))
    if _HEAD.match(span.text):  # prose about directives is no directive
        yield read(span, None, catalogue)


class _Ranges:
    """Which offsets lie in one of many ranges."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self._offsets = {offset for span in spans for offset in _marks(span)}

    def __contains__(self, offset: int) -> bool:
        return offset in self._offsets


def _marks(span: Span) -> Iterator[int]:
    for match in _START.finditer(span.source.text, span.start, span.end):
        yield match.start()


def _chunks(source: Source, start: int, end: int) -> Iterator[Span]:
    """The directives of one comment, each up to the next one."""
    starts = [match.start() for match in _START.finditer(source.text, start, end)]
    for at, following in pairwise([*starts, end]):
        yield source.span(at, at + len(source.text[at:following].rstrip()))


def read(span: Span, comment: Comment | None, catalogue: Catalogue) -> Written:
    """One directive."""
    text, parsed = span.text, _Parsed()
    match = _HEAD.match(text)
    if match is None:
        parsed.wrong.append(_FORM)
    else:
        parsed.scope = match[1]
        if match[2] is not None:
            parsed.names = tuple(_names(span, match.start(2), match.end(2), catalogue))
        _judge_names(parsed, catalogue)
        _tail(span, match.end(), parsed)
    wrong = "; ".join(parsed.wrong)
    return Written(
        span,
        comment,
        parsed.scope,
        parsed.names,
        parsed.until,
        parsed.until_span,
        parsed.reason,
        wrong,
        parsed.blanket,
    )


def _names(span: Span, start: int, end: int, catalogue: Catalogue) -> Iterator[Name]:
    for match in _NAME.finditer(span.text, start, end):
        where = span.source.span(span.start + match.start(), span.start + match.end())
        yield Name(match[0], where, catalogue.named(match[0]))


def _judge_names(parsed: _Parsed, catalogue: Catalogue) -> None:
    wide = [name.text for name in parsed.names if _is_wide(name.text, catalogue)]
    if not parsed.names:
        parsed.wrong.append("name the rules that it silences")
    elif wide:
        parsed.wrong.append(f"`{wide[0]}` is more than one rule; name each of them")
    parsed.blanket = not parsed.names or bool(wide)


def _is_wide(name: str, catalogue: Catalogue) -> bool:
    return name == ALL or name.startswith("@") or is_glob(name) or name in catalogue.families


def _tail(span: Span, at: int, parsed: _Parsed) -> None:
    while match := _PAIR.match(span.text, at):
        where = span.source.span(span.start + match.start(1), span.start + match.end())
        _pair(match[1], match[2], where, parsed)
        at = match.end()
    match = _REASON.match(span.text, at)
    parsed.reason = span.text[match.end() if match else at :].strip()


def _pair(key: str, value: str, where: Span, parsed: _Parsed) -> None:
    if key != "until":
        parsed.wrong.append(f"unknown key `{key}`" + (f", {hint}" if (hint := did_you_mean(key, ("until",))) else ""))
    elif parsed.until_span is not None:
        parsed.wrong.append("`until` is written twice")
    else:
        parsed.until_span, parsed.until = where, _date(value)
        if parsed.until is None:
            parsed.wrong.append(f"`{value}` is no date; write until=2027-03-31")


def _date(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
