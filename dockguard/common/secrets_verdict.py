"""The words in which values are judged: what sort of secret a value is, and how sure that is."""

from __future__ import annotations

import re
from enum import Enum
from functools import cache

from dockguard.finding import Confidence
from dockguard.record import dataclass, replace


class Kind(Enum):
    """What a value is."""

    TOKEN = "token"  # has the form of somebody's tokens
    PRIVATE_KEY = "private key"
    CREDENTIAL = "credential"  # in a URL or connection string
    HIGH_ENTROPY = "high entropy"
    LITERAL = "literal"  # something definite under a secret name
    WEAK = "weak"  # a default, a common password, or one that follows from its name
    HASH = "hash"  # of a password: to be guessed at leisure, not to be used at once
    PLACEHOLDER = "placeholder"  # to be replaced by whoever runs it
    REFERENCE = "reference"  # a variable, a path, a secret manager's address
    HARMLESS = "harmless"


_LEAKS = frozenset(
    {Kind.TOKEN, Kind.PRIVATE_KEY, Kind.CREDENTIAL, Kind.HIGH_ENTROPY, Kind.LITERAL, Kind.WEAK, Kind.HASH}
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a value is, how sure that is, and which form showed it (`github-pat`, `url`, `bcrypt`).

    `start` and `end` are the part of the value that no output may show. `weak` is set where whatever is secret
    is also easy to guess, in a URL too.
    """

    kind: Kind
    confidence: Confidence
    format: str = ""
    start: int = 0
    end: int = 0
    weak: bool = False

    @property
    def leaks(self) -> bool:
        """Whether something secret stands there in so many words; placeholders and references do not."""
        return self.kind in _LEAKS

    def moved(self, offset: int) -> Verdict:
        """The same verdict about a value that begins at an offset."""
        return replace(self, start=self.start + offset, end=self.end + offset) if offset else self

    def at_most(self, confidence: Confidence) -> Verdict:
        """The same verdict, no surer than that."""
        return self if self.confidence <= confidence else replace(self, confidence=confidence)


@dataclass(frozen=True, slots=True)
class Found:
    """A secret in a text: the range that must not be shown, the verdict, and the name it stands under ("" for none)."""

    start: int
    end: int
    verdict: Verdict
    name: str = ""


@cache
def pattern(regex: str, flags: int = 0) -> re.Pattern[str]:
    """A regular expression, compiled when it is first needed."""
    return re.compile(regex, flags)
