"""What rules say, what fixes do, and what went wrong while reading."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum, IntEnum

from dockguard.record import dataclass
from dockguard.source import Span


class Severity(IntEnum):
    """How bad it is; ordered, so that `severity >= gate` reads as it should."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def word(self) -> str:
        """As users write it."""
        return self.name.lower()

    @classmethod
    def of(cls, word: str) -> Severity:
        """The severity of a word; raises KeyError."""
        return cls[word.upper()]


class Confidence(IntEnum):
    """How sure we are that it is so."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3

    @property
    def word(self) -> str:
        """As users write it."""
        return self.name.lower()

    @classmethod
    def of(cls, word: str) -> Confidence:
        """The confidence of a word; raises KeyError."""
        return cls[word.upper()]


class Safety(Enum):
    """Whether a working system behaves the same after a fix."""

    SAFE = "safe"
    UNSAFE = "unsafe"


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace a span by a text. Insertions have an empty span, deletions an empty text."""

    span: Span
    text: str = ""


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that together make the finding go away."""

    title: str
    edits: tuple[Edit, ...]
    safety: Safety = Safety.UNSAFE


@dataclass(frozen=True, slots=True)
class Note:
    """A further place and what it has to do with the finding."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Rules give the place, the message and perhaps notes and a fix; the engine stamps the rule on it.

    `severity` and `confidence` lower the rule's own (they never raise them), and then `why` says the reason.
    """

    span: Span
    message: str
    notes: tuple[Note, ...] = ()
    fix: Fix | None = None
    severity: Severity | None = None
    confidence: Confidence | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why the result is not whole: something unreadable, unparsable, or a rule that crashed. Ends in exit code 2.

    `code` is a slug (`nginx-syntax`, `unreadable`, `too-large`). `path` stands in where there is no text to point to.
    """

    code: str
    message: str
    span: Span | None = None
    path: str = ""
    help: str = ""


def apply(text: str, edits: Iterable[Edit]) -> str:
    """Apply edits of one source; raises ValueError when two overlap."""
    ordered: Sequence[Edit] = sorted(edits, key=lambda edit: (edit.span.start, edit.span.end))
    pieces, at = [], 0
    for edit in ordered:
        if edit.span.start < at:
            raise ValueError("edits overlap")
        pieces += [text[at : edit.span.start], edit.text]
        at = edit.span.end
    return "".join(pieces) + text[at:]
