"""Secrets that their form gives away: tokens, private keys, credentials in URLs and connection strings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from operator import add

from dockguard.common.secrets_values import entropy
from dockguard.common.secrets_verdict import pattern
from dockguard.common.tables import load
from dockguard.record import dataclass

_KEY_BEGIN = r"-----BEGIN ((?:[A-Z0-9]{1,20} ){0,4})PRIVATE KEY(?: BLOCK)?-----"
_KEY_END = r"-----END (?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)?-----"
_KEY_BODY = r"[A-Za-z0-9+/=]{20}"
# How the keys of each form begin: RSA and PKCS #8, EC, OpenSSH, PGP; a few letters are a key that was cut short.
_KEY_START = (
    r"""(?:\\+[nr]|[\s"',\\]){0,20}+(?:MI[IGHC]|MH[cQ]|b3Bl|lQ)"""
    r"(?:[A-Za-z0-9+/=]{5}|[A-Za-z0-9+/=]{1,4}+(?![.*<\u2026xX]))"
)
MAX_KEY = 16_384
MIN_TOKEN = 16  # no form in the tables is shorter
SHORT = 100  # characters of a text in which it is faster to go from letters to literals

_URL = r"""([A-Za-z][A-Za-z0-9+.-]{1,30})://([^\s:@/?#"'`<>]{0,256}):([^\s/?#"'`]{1,512})@(?=[\w.\[$%{<\0-])"""
_URL_TOKEN = r"""(https?|git\+https?|ssh)://([A-Za-z0-9_.~%-]{16,256})@(?=[\w.\[-])"""
_GO_DSN = r"""(?<![\w/])([A-Za-z0-9_.-]{1,64}):([^\s:@/"'`]{1,256})@(?:tcp|unix)\("""
_PAIR = r"""(?i)(?<![\w-])(password|passwd|pwd|account\s?key|shared\s?access\s?key|secret\s?key)\s{0,2}=\s{0,2}"""
_PAIR_VALUE = r"""("[^"]{1,256}"|'[^']{1,256}'|\{[^{}]{1,256}\}|[^\s;&"'`,)]{1,256})"""
_CONNECTION = (
    r"""(?i)(?:^|[;?&\s"'])(?:server|data source|host|hostaddr|addr|address|user id|uid|user|username|dbname|database"""
    r"""|initial catalog|driver|endpoint|defaultendpointsprotocol|accountname)\s{0,2}=|^jdbc:"""
)


@dataclass(frozen=True, slots=True)
class Shape:
    """A part of a text that has a telling form; `start` and `end` hold what is secret."""

    format: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Format:
    id: str
    regex: str
    entropy: float
    near: tuple[str, ...]


def tokens(text: str, context: str = "") -> Iterator[Shape]:
    """Tokens of known forms; `context` (a name) counts where a form only holds near a word."""
    lowered = f"{context}={text}".lower() if context else text.lower()
    for one in _near(lowered):
        yield from _tokens_of(one, text)


def assigned_format(name: str, value: str) -> str:
    """The form that a name and a value together have (`DATADOG_KEY` and 40 characters); "" for none."""
    if len(value) > 200 or not _vendor().search(name) or entropy(value) < 2.5:
        return ""
    for value_regex, least, which in _forms_of(name):
        if pattern(value_regex, re.IGNORECASE).fullmatch(value):
            return which if entropy(value) >= least else ""
    return ""


def private_keys(text: str) -> Iterator[Shape]:
    """PEM, OpenSSH and PGP private keys, also on one line with `\\n`; a heading without a key is none."""
    if "PRIVATE KEY" not in text:
        return
    at = 0
    for begin in pattern(_KEY_BEGIN).finditer(text):
        if begin.start() < at:
            continue
        end = pattern(_KEY_END).search(text, begin.end(), begin.end() + MAX_KEY)
        at = end.end() if end else min(len(text), begin.end() + MAX_KEY)
        near = min(at, begin.end() + 400)
        if pattern(_KEY_BODY).search(text, begin.end(), near) or pattern(_KEY_START).match(text, begin.end(), near):
            yield Shape((begin[1].strip().lower() + " private key").strip(), begin.start(), at)


def url_credentials(text: str) -> Iterator[Shape]:
    """Passwords in `scheme://user:password@host`, and tokens in `https://token@host`."""
    if "@" not in text:
        return
    for match in pattern(_URL).finditer(text):
        yield Shape(f"{match[1].lower()} url", *match.span(3))
    for match in pattern(_URL_TOKEN).finditer(text):
        yield Shape("url token", *match.span(2))
    for match in pattern(_GO_DSN).finditer(text):
        yield Shape("go dsn", *match.span(2))


def connection_passwords(text: str) -> Iterator[Shape]:
    """Passwords in ADO, ODBC, JDBC, libpq and Azure connection strings."""
    lowered = text.lower() if "=" in text else ""
    if not any(word in lowered for word in ("passw", "pwd", "key")) or not pattern(_CONNECTION).search(text):
        return
    for match in pattern(_PAIR).finditer(text):
        value = pattern(_PAIR_VALUE).match(text, match.end())
        if value:
            quoted = value[1][0] in "\"'{"
            yield Shape("connection string", value.start() + quoted, value.end() - quoted)


def user_of_url(text: str, password: int) -> str:
    """The user name before the password that begins at an offset of a URL."""
    start = text.rfind("//", 0, password)
    return text[start + 2 : password - 1] if start >= 0 else ""


def _tokens_of(one: _Format, text: str) -> Iterator[Shape]:
    for match in pattern(one.regex).finditer(text):
        group = 1 if match.re.groups and match[1] else 0
        if not one.entropy or entropy(match[group]) >= one.entropy:
            yield Shape(one.id, *match.span(group))


@cache
def _formats() -> tuple[_Format, ...]:
    rows = (*load("token_formats")["formats"], *load("secret_words")["formats"])
    return tuple(_Format(row["id"], row["regex"], row["entropy"], tuple(row["near"])) for row in rows)


def _near(lowered: str) -> Iterable[_Format]:
    """The formats of which a literal stands in a text, in the order of the table."""
    literals, pairs = _by_literal()
    if len(lowered) > SHORT:
        return {one: None for near, one in literals if near in lowered}
    found = [at for pair in map(add, lowered, lowered[1:]) for at in pairs.get(pair, ())] + [*pairs[""]]
    return {literals[at][1]: None for at in sorted(set(found)) if literals[at][0] in lowered}


@cache
def _by_literal() -> tuple[tuple[tuple[str, _Format], ...], dict[str, list[int]]]:
    """Every literal that stands in a format, with the format: looked for before any expression is tried.

    And by their first two letters where they stand; those with a single one are at "".
    """
    literals = tuple((near, one) for one in _formats() for near in one.near)
    pairs: dict[str, list[int]] = {"": []}
    for at, (near, _) in enumerate(literals):
        pairs.setdefault(near[:2] if len(near) > 1 else "", []).append(at)
    return literals, pairs


@cache
def _vendor() -> re.Pattern[str]:
    """Whether a name speaks of any of them: one expression in place of a hundred."""
    return re.compile("|".join(f"(?:{row[0]})" for row in _assigned()), re.IGNORECASE)


@lru_cache(maxsize=1024)
def _forms_of(name: str) -> tuple[tuple[str, float, str], ...]:
    """The forms of the vendors that a name speaks of."""
    return tuple(row[1:] for row in _assigned() if pattern(row[0], re.IGNORECASE).search(name))


@cache
def _assigned() -> tuple[tuple[str, str, float, str], ...]:
    rows = load("token_formats")["assigned"]
    return tuple((row["name"], row["value"], row["entropy"], row["id"]) for row in rows)
