"""Secrets: what a name announces, what a value is, where they stand in a text, and how they are masked."""

from __future__ import annotations

from collections.abc import Iterable

from dockguard.common.secrets_verdict import Found, Kind, Verdict

__all__ = ["STARS", "Found", "Kind", "Verdict", "find_in_text", "judge", "mask", "name_is_secret"]

STARS = "*" * 7  # of a fixed width, so that not even the length leaks


def judge(name: str | None, value: str) -> Verdict:
    """What a value is under a name; None where it has no name. Never raises, on any text.

    The forms that a value has on its own (token, private key, URL) count under any name. A random or plain value is
    a secret only under a name that announces one; without a name only a long random value is, with low confidence.
    """
    from dockguard.common import secrets_judge

    return secrets_judge.judge(name, value)


def name_is_secret(name: str) -> bool:
    """Whether a name (of a variable, build argument, option, key) announces a secret.

    `DB_PASSWORD`, `apiKey`, `PGPASSWORD`, `--client-secret` do; `PASSWORD_FILE`, `TOKEN_TTL`, `GPG_KEY`,
    `PASSWORD_MIN_LENGTH`, `NEXT_PUBLIC_API_KEY`, `ALLOW_EMPTY_PASSWORD`, `USERNAME` do not.
    """
    from dockguard.common import secrets_names

    return secrets_names.name_is_secret(name)


def find_in_text(text: str) -> tuple[Found, ...]:
    """Secrets and placeholders in free text (RUN bodies, command lines, configuration), by place, without overlaps.

    References, flags and other harmless values are left out. The time is linear in the text.
    """
    from dockguard.common import secrets_text

    return secrets_text.find_in_text(text)


def mask(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with stars in place of every half-open range; ranges may touch, overlap and come in any order."""
    pieces, last = [], 0
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if start >= last:
            pieces += [text[last:start], STARS]
        last = max(last, end)
    return "".join((*pieces, text[last:]))
