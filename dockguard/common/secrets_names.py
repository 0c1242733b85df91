"""Which names announce a secret: words of `DB_PASSWORD`, `apiKey`, `PGPASSWORD`, and what takes it back."""

from __future__ import annotations

from enum import IntEnum
from functools import cache, lru_cache
from itertools import pairwise

from dockguard.common.secrets_verdict import pattern
from dockguard.common.tables import load

MAX_NAME = 200

_WORD = r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+"
_NO_ENDING = frozenset({"oldpwd", "bypass", "compass", "nosecret", "nopwd", "cwd"})
_PUBLIC_PREFIXES = ("--no-", "no-")


class Strength(IntEnum):
    """How much a name says about its value."""

    NONE = 0
    WEAK = 1  # `AUTH`, `KEY`, `SALT`: secret when the value looks it
    STRONG = 2  # `PASSWORD`, `API_KEY`: secret unless the value is plainly not


def name_is_secret(name: str) -> bool:
    """Whether a name (of a variable, build argument, option, key) announces a secret.

    `DB_PASSWORD`, `apiKey`, `PGPASSWORD`, `--client-secret` do; `PASSWORD_FILE`, `TOKEN_TTL`, `GPG_KEY`,
    `PASSWORD_MIN_LENGTH`, `NEXT_PUBLIC_API_KEY`, `ALLOW_EMPTY_PASSWORD`, `USERNAME` do not.
    """
    return strength_of(name) is Strength.STRONG


@lru_cache(maxsize=1024)
def strength_of(name: str) -> Strength:
    """How much a name says about its value."""
    words = words_of(name)
    if not words or _is_exempt(name, words):
        return Strength.NONE
    if any(_is_strong(word) for word in words) or _has_pair(words):
        return Strength.STRONG
    return Strength.WEAK if words[-1] in _words("weak") else Strength.NONE


@lru_cache(maxsize=1024)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a name in lower case: at its punctuation and where camelCase changes."""
    return tuple(word.lower() for word in pattern(_WORD).findall(name[:MAX_NAME]))


@cache
def _words(which: str) -> frozenset[str]:
    return frozenset(load("secret_words")[which])


def _is_exempt(name: str, words: tuple[str, ...]) -> bool:
    last = words[-1] if not words[-1].isdigit() or len(words) == 1 else words[-2]
    if "_".join(words).upper() in _words("exempt") or last in _words("last"):
        return True
    return not _words("any").isdisjoint(words) or name.startswith(_PUBLIC_PREFIXES)


def _is_strong(word: str) -> bool:
    if word in _words("strong"):
        return True
    return word not in _NO_ENDING and len(word) > 5 and word.endswith(_endings())


@cache
def _endings() -> tuple[str, ...]:
    return tuple(load("secret_words")["endings"])


def _has_pair(words: tuple[str, ...]) -> bool:
    """`api key`, `signing key`, `erlang cookie`."""
    pairs = _words("pairs")
    for first, second in pairwise(words):
        if (second in ("key", "keys") and first in pairs) or (first, second) == ("erlang", "cookie"):
            return True
    return False
