"""A suppression comment as it is written, before anybody knows what it did."""

from __future__ import annotations

import datetime

from dockguard.formats.base import Comment
from dockguard.record import dataclass
from dockguard.rule import Rule
from dockguard.source import Span


@dataclass(frozen=True, eq=False)
class Name:
    """A rule that a directive names; `rule` is None for one that does not exist."""

    text: str
    span: Span
    rule: Rule | None


@dataclass(frozen=True, eq=False)
class Written:
    """One directive as it is written. `comment` is None where its language has no comment: it does nothing there.

    `wrong` says what keeps it from being a directive; `blanket`, that it would silence more than single rules.
    `tool` is the peer whose comment it is, "" for our own.
    """

    span: Span
    comment: Comment | None
    scope: str = ""
    names: tuple[Name, ...] = ()
    until: datetime.date | None = None
    until_span: Span | None = None
    reason: str = ""
    wrong: str = ""
    blanket: bool = False
    tool: str = ""

    @property
    def cover(self) -> Span | None:
        """What it is about; None where it is about nothing."""
        comment = self.comment
        if comment is None:
            return None
        if self.scope == "ignore-file":
            return comment.span.source.span(0, len(comment.span.source.text)) if comment.top else None
        return comment.block if self.scope == "ignore-block" else comment.line

    @property
    def misplaced(self) -> str:
        """Why it is about nothing, "" when it is about something."""
        if self.wrong or self.cover is not None:
            return ""
        if self.comment is None:
            return "this is no comment here, so it silences nothing"
        if self.scope == "ignore-file":
            return "`ignore-file` stands at the top of the file"
        return f"nothing that `{self.scope}` could be about follows"
