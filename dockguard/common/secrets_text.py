"""Secrets in free text: RUN bodies, command lines, configuration files, with the place of each."""

from __future__ import annotations

from collections.abc import Iterator

from dockguard.common import secrets_formats as formats
from dockguard.common.secrets_judge import judge
from dockguard.common.secrets_names import name_is_secret
from dockguard.common.secrets_verdict import Found, Kind, Verdict, pattern
from dockguard.finding import Confidence
from dockguard.record import replace

MAX_TEXT = 2_000_000  # code points

_VARIABLE = r"""\$\{[^{}\n]{0,200}\}|\$\([^()\n]{0,200}\)|\{\{[^{}\n]{0,200}\}\}"""
_VALUE = rf"""("[^"\n]{{0,1000}}"|'[^'\n]{{0,1000}}'|(?:{_VARIABLE}|[^\s"'`;,&|<>(){{}}\[\]]){{1,1000}})"""
_REST = r"""[^\s"'`;|]{1,1000}"""  # what may still belong to a bare value, and is masked with it
_ASSIGNMENT = (
    rf"""(?<![\w$.{{-])((?:--?)?[A-Za-z_][\w.-]{{1,80}})["']?[ \t]{{0,60}}+(?::=|=>|=|:(?!//))[ \t]{{0,60}}+{_VALUE}"""
)
_OPTION_NAME = (
    r"(--[A-Za-z][\w-]{1,60}|-(?:password|passwd|pass|token|secret|apikey|api-key|(?:src|dest)?(?:store|key)pass)"
    r"|requirepass|masterauth|_authToken"
    r"|machine[ \t]\S{1,100}[ \t]login[ \t]\S{1,100}[ \t]password)"
)
_NEXT_WORD = r"""(?:[ \t]{1,60}+|["'][ \t]{0,60}+,[ \t]{0,60}+(?=["']))"""  # of a command line, or of a list of words
_OPTION = rf"""(?<![\w-]){_OPTION_NAME}{_NEXT_WORD}(?!["']?-){_VALUE}"""
_FLAGS = r"(?:-[\w-]{1,60}[ \t]{1,60}+){0,5}"
_SETTING = (
    rf"\b(?:config|configure)[ \t]{{1,60}}+{_FLAGS}set[ \t]{{1,60}}+{_FLAGS}"
    rf"([A-Za-z_][\w.-]{{1,80}})[ \t]{{1,60}}+{_VALUE}"
)
_BEFORE = r"[^\n;&|]{0,300}?[ \t]"
_MYSQL = r"\b(?:mysql|mysqldump|mysqladmin|mariadb|mariadb-dump|mariadb-admin)\b"
_REGISTRY = r"\b(?:docker|podman|nerdctl|helm|skopeo|buildah|oras|crane|az)\b[^\n;&|]{0,60}\blogin\b"
_HEADER = (
    r"(?i)\bauthorization[\"']?\s{0,60}+[:=]\s{0,60}+[\"']?(?:bearer|token|basic|apikey)\s{1,60}+([^\s\"'`;,)]{1,1000})"
)
_BATCH = r"(?:-\w{1,20}[ \t]{1,60}+){0,5}?-[a-zA-Z]{0,10}b[a-zA-Z]{0,10}[ \t]{1,60}+(?:-\w{1,20}[ \t]{1,60}+){0,5}"
_PRINTED = r"""\b(?:echo|printf)[ \t]{1,60}+(?:-[neE]{1,3}[ \t]{1,60}+|["']?%s(?:\\n)?["']?[ \t]{1,60}+)?"""
_SQL = (
    r"""(?i)\b(?:identified[ \t]{1,9}(?:with[ \t]{1,9}\w{1,60}[ \t]{1,9})?by|(?:with|set)[ \t]{1,9}"""
    r"""(?:encrypted[ \t]{1,9})?password|user[ \t][^\n;]{1,200}?[ \t]password)[ \t]{0,9}=?[ \t]{0,9}"""
    r"""(?:\\?'([^'\\\n]{1,200})\\?'|\\?"([^"\\\n]{1,200})\\?")"""
)
_COMMANDS = (
    ("sshpass", "sshpass", rf"\bsshpass[ \t]{{1,60}}+-p[ \t]{{0,60}}+{_VALUE}"),
    ("mysql", "-p", rf"{_MYSQL}{_BEFORE}-p{_VALUE}"),
    ("registry login", "login", rf"{_REGISTRY}{_BEFORE}-p[ \t]{{0,60}}+{_VALUE}"),
    ("redis-cli", "redis-cli", rf"\bredis-cli\b{_BEFORE}-a[ \t]{{1,60}}+{_VALUE}"),
    ("mongo", "mongo", rf"\b(?:mongo|mongosh|mongodump|mongorestore)\b{_BEFORE}-p[ \t]{{1,60}}+{_VALUE}"),
    ("zip", "-P", rf"\b(?:un)?zip\b{_BEFORE}-P[ \t]{{0,60}}+{_VALUE}"),
    ("7z", "-p", rf"\b7z[ar]?\b{_BEFORE}-p{_VALUE}"),
    ("sqlcmd", "-P", rf"\b(?:sqlcmd|bcp)\b{_BEFORE}-P[ \t]{{0,60}}+{_VALUE}"),
    ("ldap", "-w", rf"\bldap(?:search|add|modify|delete|passwd|whoami)\b{_BEFORE}-w[ \t]{{1,60}}+{_VALUE}"),
    (
        "net use",
        "/user:",
        rf"(?i)\bnet(?:\.exe)?[ \t]{{1,9}}use[ \t][^\n;&|]{{0,200}}?\\\\\S{{1,200}}[ \t]{{1,9}}{_VALUE}"
        r"[ \t]{1,9}/user:",
    ),
    ("openssl", "pass:", rf"\bpass:{_VALUE}"),
    ("mysql", "mysqladmin", rf"\bmysqladmin\b{_BEFORE}password[ \t]{{1,60}}+{_VALUE}"),
    ("htpasswd", "htpasswd", rf"\bhtpasswd[ \t]{{1,60}}+{_BATCH}(?:[^\s-]\S{{0,200}}[ \t]{{1,60}}+){{1,2}}{_VALUE}"),
    ("password input", "-password-stdin", rf"{_PRINTED}{_VALUE}[ \t]{{0,60}}+\|[^\n;&|]{{0,200}}-password-stdin\b"),
    ("sql", "DENTIFIED", _SQL),
    ("sql", "dentified", _SQL),
    ("sql", "ASSWORD", _SQL),
    ("authorization header", "uthorization", _HEADER),
)
_USER_AND_PASSWORD = (
    ("basic auth", "-u", rf"\b(?:curl|http|https|xh)\b{_BEFORE}(?:-u|--user|-a|--auth)[ \t=]{{0,60}}+{_VALUE}"),
    ("proxy auth", "-user", rf"\bcurl\b{_BEFORE}(?:-U|--proxy-user)[ \t=]{{0,60}}+{_VALUE}"),
    ("basic auth", "--user", rf"\bcurl\b{_BEFORE}--user[ \t=]{{0,60}}+{_VALUE}"),
    (
        "chpasswd",
        "chpasswd",
        r"""["']?([\w.-]{1,64}:[^\s"'|]{1,200})["']?[ \t]{0,60}+\|[ \t]{0,60}+(?:sudo )?chpasswd\b""",
    ),
)


def find_in_text(text: str) -> tuple[Found, ...]:
    """Secrets and placeholders in a text, by place, without overlaps: where two overlap, the surer one stays.

    References, flags and other harmless values are left out. The time is linear in the text.
    """
    body = text[:MAX_TEXT]
    found = [*_by_form(body), *_by_name(body), *_by_command(body)]
    return _without_overlaps(found)


def _by_form(text: str) -> Iterator[Found]:
    for key in formats.private_keys(text):
        yield Found(key.start, key.end, Verdict(Kind.PRIVATE_KEY, Confidence.HIGH, key.format, key.start, key.end))
    for shape in (*formats.tokens(text), *_urls(text)):
        yield from _judged("", text, shape.start, shape.end)


def _urls(text: str) -> Iterator[formats.Shape]:
    """Whole URLs and connection strings that hold credentials, up to the quotes or blanks around them."""
    if "@" in text or "?" in text:
        for match in pattern(r"""[A-Za-z][A-Za-z0-9+.-]{1,30}://[^\s"'`<>]{3,2000}""").finditer(text):
            yield formats.Shape("url", *match.span())
    if "assword" in text or "wd=" in text.lower():
        for match in pattern(r"""["']([^"'\n]{8,1000})["']""").finditer(text):
            if ";" in match[1] and "=" in match[1]:
                yield formats.Shape("connection string", *match.span(1))


def _by_name(text: str) -> Iterator[Found]:
    for match in pattern(_ASSIGNMENT).finditer(text):
        if name_is_secret(match[1]):
            yield from _value(match[1], text, *match.span(2), bare=text[match.end(1) : match.start(2)].strip() == ":")
    if "set" in text:
        for match in pattern(_SETTING).finditer(text):
            if name_is_secret(match[1]):
                yield from _value(match[1], text, *match.span(2))
    for match in pattern(_OPTION).finditer(text):
        name = match[1].split()[-1]
        if name_is_secret(name):
            yield from _value(name, text, *match.span(2))


def _by_command(text: str) -> Iterator[Found]:
    for which, literal, regex in _COMMANDS:
        if literal in text:
            for match in pattern(regex).finditer(text):
                yield from _value("password", text, *match.span(match.lastindex or 1), form=which)
    for which, literal, regex in _USER_AND_PASSWORD:
        if literal in text:
            for match in pattern(regex).finditer(text):
                yield from _pair(text, *match.span(1), form=which)


def _pair(text: str, start: int, end: int, form: str) -> Iterator[Found]:
    start, end = _unquoted(text, start, end)
    colon = text.find(":", start, end)
    if colon > 0:
        yield from _value("password", text, colon + 1, end, form=form)


def _unquoted(text: str, start: int, end: int) -> tuple[int, int]:
    quoted = end - start >= 2 and text[start] == text[end - 1] and text[start] in "\"'"
    return (start + 1, end - 1) if quoted else (start, end)


def _value(name: str, text: str, start: int, end: int, form: str = "", bare: bool = False) -> Iterator[Found]:
    """The judgement of a value in a text; a bare word after a colon may be prose, so it is less sure."""
    inner = _unquoted(text, start, end)
    for found in _judged(name, text, *inner):
        verdict = found.verdict
        if form and not verdict.format:
            verdict = replace(verdict, format=form)
        if bare and inner == (start, end) and verdict.kind in (Kind.LITERAL, Kind.WEAK):
            verdict = verdict.at_most(Confidence.LOW)
        rest = pattern(_REST).match(text, found.end) if inner == (start, end) == (start, found.end) else None
        yield replace(found, verdict=verdict, end=rest.end() if rest else found.end)


def _judged(name: str, text: str, start: int, end: int) -> Iterator[Found]:
    verdict = judge(name or None, text[start:end])
    low = not name and verdict.confidence is Confidence.LOW
    if (verdict.leaks and not low) or verdict.kind is Kind.PLACEHOLDER:
        placed = verdict.moved(start)
        yield Found(placed.start, placed.end, placed, name)


def _without_overlaps(found: list[Found]) -> tuple[Found, ...]:
    kept: list[Found] = []
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
        elif _rank(one) > _rank(kept[-1]):
            kept[-1] = replace(one, name=one.name or kept[-1].name)
    return tuple(kept)


def _rank(found: Found) -> tuple[int, bool, int]:
    return found.verdict.confidence, found.verdict.leaks, bool(found.verdict.format)
