"""What an `if` asks: a variable, how it is compared, and with what."""

from __future__ import annotations

from dockguard.formats.nginx.level import Directive
from dockguard.formats.nginx.text.tree import Word
from dockguard.record import dataclass
from dockguard.source import Span

MATCHES = ("~", "~*", "!~", "!~*")


@dataclass(frozen=True, slots=True)
class Condition:
    """`sign` is `~`, `~*`, `!~`, `!~*`, `=`, `!=`, `-f` and so on, or "" for a variable alone."""

    variable: str  # as written, with the `$`
    sign: str
    value: str
    word: Word  # that the value stands in
    start: int  # of the value in the word's text

    @property
    def regex(self) -> bool:
        """Whether the value is a regular expression."""
        return self.sign in MATCHES

    @property
    def negative(self) -> bool:
        """Whether the block runs where it does not match."""
        return self.sign.startswith("!")

    @property
    def ignore_case(self) -> bool:
        """Whether letters of both cases match."""
        return self.sign.endswith("*")

    @property
    def span(self) -> Span:
        """Where the value stands."""
        return self.word.part(self.start, self.start + len(self.value))


def of(directive: Directive) -> Condition | None:
    """The condition of an `if`; None for what is no condition."""
    words = list(directive.words)
    if directive.name != "if" or not words:
        return None
    starts = [0] * len(words)
    texts = [word.text for word in words]
    if not words[0].quote and texts[0].startswith("("):
        texts[0], starts[0] = texts[0][1:], 1
    if not words[-1].quote and texts[-1].endswith(")"):
        texts[-1] = texts[-1][:-1]
    found = [(text, word, start) for text, word, start in zip(texts, words, starts, strict=True) if text or word.quote]
    if not found or len(found) > 3:
        return None
    if len(found) == 1:
        return Condition(found[0][0], "", "", found[0][1], found[0][2])
    if len(found) == 2:
        return Condition("", found[0][0], *found[1])
    return Condition(found[0][0], found[1][0], *found[2])
