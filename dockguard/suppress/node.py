"""Suppressions as nodes that the pages of `meta` judge: what became of each one, and how to take it out."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from dockguard.config.model import Entry
from dockguard.finding import Edit
from dockguard.formats.base import Kind
from dockguard.lazy import cached_property
from dockguard.record import dataclass
from dockguard.select import Catalogue
from dockguard.source import Fact, Many, Span, absent
from dockguard.suppress.written import Name, Written


@dataclass(frozen=True, eq=False)
class Directive:
    """One suppression, in a comment or in the configuration, and what became of it.

    Each answer is a fact that is absent where the answer is no, so that a page can ask for it alone.
    """

    span: Span
    subject: str
    by: str  # comment | config
    scope: str  # ignore | ignore-block | ignore-file | suppress
    unused: Many[Fact[str]]  # names of rules that were asked and had nothing to silence here
    unknown: Many[Fact[str]]  # names of no rule
    unknown_words: str  # the same for a message, with what was probably meant
    until: Fact[str]
    expired: Fact[str]  # the day
    days_left: Fact[int]  # 0 on its last day
    reason: Fact[str]
    no_reason: Fact[bool]
    no_end: Fact[bool]
    misplaced: Fact[str]  # why it is about nothing
    malformed: Fact[str]  # what keeps it from being a directive
    forbidden: Fact[bool]  # the configuration allows none in comments
    written: Written | None = None  # None for the configuration's

    @cached_property
    def used(self) -> bool:
        """Whether each rule that it names silenced something, or was not asked."""
        return not self.unused.items and self.valid

    @property
    def valid(self) -> bool:
        """Whether it could silence something today."""
        return not any((self.expired.value, self.misplaced.value, self.malformed.value, self.forbidden.value))

    @property
    def unused_words(self) -> str:
        """The unused names for a message."""
        return _listed(str(fact.value) for fact in self.unused)

    @property
    def reason_words(self) -> str:
        """The reason for a message."""
        return str(self.reason.value or "no reason was given")

    @property
    def names(self) -> tuple[str, ...]:
        """The rules as they are written."""
        return tuple(name.text for name in self.written.names) if self.written else ()


def comment_node(
    written: Written, unused: Iterable[Name], catalogue: Catalogue, today: datetime.date, inline: bool
) -> Directive:
    """The node of a comment."""
    unknown = () if written.blanket else tuple(name for name in written.names if name.rule is None)
    span = written.span
    sound = not written.wrong
    return Directive(
        span,
        f"{written.scope or 'ignore'}[{', '.join(name.text for name in written.names)}]",
        "comment",
        written.scope,
        _many(unused, span),
        _many(unknown, span),
        _listed_unknown(unknown, catalogue),
        **_end(written.until, written.until_span or span, today, sound),
        reason=_fact(written.reason, span),
        no_reason=_fact(sound and not written.reason, span),
        misplaced=_fact(written.misplaced, span),
        malformed=_fact(written.wrong, span),
        forbidden=_fact(not inline, span),
        written=written,
    )


def entry_node(entry: Entry, unused: bool, today: datetime.date) -> Directive:
    """The node of a `[[suppress]]` of the configuration."""
    span = entry.rule_span
    place = ", ".join(f"{key} {glob}" for key, glob in sorted(entry.places.items()))
    return Directive(
        span,
        f"suppress {entry.rule}, {place}",
        "config",
        "suppress",
        Many((Fact(entry.rule, span),) if unused else (), span),
        Many((), span),
        "",
        **_end(entry.until, span, today, True),
        reason=_fact(entry.reason, span),
        no_reason=_fact(not entry.reason, span),
        misplaced=absent(span),
        malformed=absent(span),
        forbidden=absent(span),
    )


def _end(until: datetime.date | None, span: Span, today: datetime.date, sound: bool) -> Mapping[str, Any]:
    left = None if until is None else (until - today).days
    return {
        "until": _fact(until and until.isoformat(), span),
        "expired": _fact(until is not None and left is not None and left < 0 and until.isoformat(), span),
        "days_left": Fact(left, span),
        "no_end": _fact(sound and until is None, span),
    }


def _fact(value: Any, span: Span) -> Fact[Any]:
    return Fact(value or None, span)


def _many(names: Iterable[Name], span: Span) -> Many[Fact[str]]:
    facts = tuple(Fact(name.text, name.span) for name in names)
    return Many(facts, facts[0].span if facts else span)


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _listed_unknown(names: Iterable[Name], catalogue: Catalogue) -> str:
    hints = ((name, (catalogue.misnamed(name.text) or ("", ""))[1]) for name in names)
    return ", ".join(f"`{name.text}` ({hint})" if hint else f"`{name.text}`" for name, hint in hints)


# --- taking it out ---------------------------------------------------------------------------------------------------


def edit(directive: Directive, verb: str, path: str, literal: Any) -> tuple[Edit, ...] | None:
    """`remove suppression.comment` takes the whole directive out, `remove suppression.unused` (or `unknown`) names."""
    written = directive.written
    if verb != "remove" or written is None or written.tool:
        return None
    doomed = {"unused": directive.unused, "unknown": directive.unknown}.get(path)
    gone = {fact.span for fact in doomed} if doomed is not None else set()
    left = [name for name in written.names if name.span not in gone]
    if doomed is None or not left:
        return _written_in_file(_whole(written))
    return _written_in_file(*_some(written.names, gone))


def _written_in_file(*spans: Span) -> tuple[Edit, ...] | None:
    """Deletions in the file on disk; None where the text there is another one."""
    if any(span.outer.text != span.text or span.source.lossy for span in spans):
        return None
    return tuple(Edit(span.outer) for span in spans)


def _some(names: tuple[Name, ...], gone: set[Span]) -> list[Span]:
    """The doomed names, each with the comma after it, or before it when nothing that stays follows."""
    source = names[0].span.source
    stays = [index for index, name in enumerate(names) if name.span not in gone]
    spans = [
        source.span(name.span.start, names[index + 1].span.start)
        for index, name in enumerate(names)
        if name.span in gone and index < stays[-1]
    ]
    if stays[-1] < len(names) - 1:
        spans.append(source.span(names[stays[-1]].span.end, names[-1].span.end))
    return spans


def _whole(written: Written) -> Span:
    """The directive with the blanks before it; its line too, when it stands there alone."""
    span, source = written.span, written.span.source
    line = source.line_span(span.line)
    before, after = source.text[line.start : span.start], source.text[span.end : line.end]
    if not before.strip() and not after.strip():
        return _line(line)
    if after.strip():  # another directive follows in the same comment
        return source.span(span.start, span.end + len(after) - len(after.lstrip()))
    return source.span(line.start + len(before.rstrip()), line.end)


def _line(line: Span) -> Span:
    text, end = line.source.text, line.end
    if end < len(text):
        return line.source.span(line.start, text.index("\n", end) + 1)
    start = line.start - 1 if line.start else 0
    return line.source.span(start - 1 if text[:start].endswith("\r") else start, end)


KINDS: Mapping[str, Kind] = {
    "meta.suppression": Kind(Directive, lambda outcome: outcome.directives, lambda node: (node.scope,), edit)
}
