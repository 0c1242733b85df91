"""The grammar of `.env` and env files, with the place of every value."""

from __future__ import annotations

import re
from collections.abc import Callable

from dockguard.formats.compose.loading.interpolate import BadTemplate, Scope, Variable, substitute
from dockguard.lazy import regex
from dockguard.record import dataclass
from dockguard.source import Source, Span

_SPACE = "\t\v\f\r \x85\xa0"
_KEY = regex(r"[A-Za-z0-9_.\-\[\]\t\v\f\r \x85\xa0]|[^\W_]")
Lookup = Callable[[str], str | None]


class BadEnvironment(ValueError):
    """An env file that Docker Compose refuses."""

    def __init__(self, message: str, span: Span) -> None:
        super().__init__(message)
        self.span = span


@dataclass
class _Reader:
    source: Source
    lookup: Lookup
    at: int = 0

    def fail(self, message: str) -> BadEnvironment:
        line = self.source.line_span(self.source.position(min(self.at, len(self.source.text)))[0])
        return BadEnvironment(f"{self.source.path}: line {line.line}: {message}", line)

    def span(self, start: int, end: int) -> Span:
        return Span(self.source, start, end)


def read(source: Source, lookup: Lookup) -> dict[str, Variable]:
    """The variables of a file, the last of a name wins; raises BadEnvironment.

    `lookup` gives what is set outside: it wins in `$V` inside of values, and fills in names without a value.
    """
    reader = _Reader(source, lookup)
    found: dict[str, Variable] = {}
    while _start(reader):
        start = reader.at
        name, inherited = _name(reader)
        if inherited:
            value = lookup(name)
            if value is not None:
                found[name] = Variable(value, reader.span(start, start + len(name)))
            continue
        text, span = _value(reader, found)
        found[name] = Variable(text, span)
    return found


def read_raw(source: Source) -> dict[str, Variable]:
    """The variables of an env file with `format: raw`: `NAME=everything behind it`, nothing is interpreted."""
    found = {}
    for number in range(1, len(source.line_starts) + 1):
        line = source.line_span(number)
        text = line.text
        if not text.strip() or text.lstrip().startswith("#"):
            continue
        head, equals, value = text.partition("=")
        name = head.lstrip()
        if any(char.isspace() for char in name):
            raise BadEnvironment(f"env file: variable {name!r} contains whitespaces", line)
        if equals and not name:
            raise BadEnvironment("env file: no variable name", line)
        if equals:
            found[name] = Variable(value, Span(source, line.start + len(head) + 1, line.end))
    return found


def _start(reader: _Reader) -> bool:
    """Move to the next statement, over blank space and comment lines."""
    text = reader.source.text
    while reader.at < len(text):
        if text[reader.at].isspace():
            reader.at += 1
        elif text[reader.at] == "#":
            end = text.find("\n", reader.at)
            reader.at = len(text) if end < 0 else end
        else:
            return True
    return False


def _name(reader: _Reader) -> tuple[str, bool]:
    text = reader.source.text
    match = re.compile(r"export[\t\v\f\r \x85\xa0]+").match(text, reader.at)
    start = match.end() if match else reader.at
    at = start
    while at < len(text) and text[at] not in "=:\n":
        if not _KEY.match(text[at]):
            raise reader.fail(f"unexpected character {text[at]!r} in variable name")
        at += 1
    if start >= len(text):
        raise reader.fail("zero length string")
    if at >= len(text):  # Docker Compose takes a last line without `=` and line break as a value
        reader.at = start
        return "", False
    name = text[start:at].rstrip()
    inherited = at >= len(text) or text[at] == "\n"
    if " " in name:
        raise reader.fail("key cannot contain a space")
    reader.at = at + 1
    while not inherited and reader.at < len(text) and text[reader.at] in _SPACE:
        reader.at += 1
    return name, inherited


def _value(reader: _Reader, found: dict[str, Variable]) -> tuple[str, Span]:
    text = reader.source.text
    quote = text[reader.at : reader.at + 1]
    if quote in ("'", '"'):
        return _quoted(reader, quote, found)
    start, end = reader.at, text.find("\n", reader.at)
    end = len(text) if end < 0 else end
    raw = text[start:end]
    comment = re.search(" #", raw)
    raw = (raw[: comment.start()] if comment else raw).rstrip()
    reader.at = end
    return _expand(reader, raw, found), reader.span(start, start + len(raw))


def _quoted(reader: _Reader, quote: str, found: dict[str, Variable]) -> tuple[str, Span]:
    text, start = reader.source.text, reader.at + 1
    at = start
    while at < len(text) and text[at] != quote:
        at += 2 if text[at] == "\\" else 1
    if at >= len(text):
        raise reader.fail("unterminated quoted value")
    body = text[start:at]
    reader.at = at + 1
    _behind_quote(reader)
    if quote == "'":
        return body.replace("\\'", "'"), reader.span(start, at)
    return _expand(reader, _escapes(body), found), reader.span(start, at)


def _behind_quote(reader: _Reader) -> None:
    """Blank space and a comment may follow a quoted value on its line."""
    match = re.compile(r"[^\S\n]*#[^\n]*").match(reader.source.text, reader.at)
    if match:
        reader.at = match.end()


def _escapes(body: str) -> str:
    known = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "$": "$$"}
    return re.sub(r"\\(.)", lambda match: known.get(match[1], match[0]), body, flags=re.DOTALL)


def _expand(reader: _Reader, text: str, found: dict[str, Variable]) -> str:
    if "$" not in text:
        return text
    names = set(re.findall(r"[_a-zA-Z][_a-zA-Z0-9]*", text))
    outside = {name: Variable(value) for name in names if (value := reader.lookup(name)) is not None}
    try:
        return substitute(text, Scope({**found, **outside}))
    except BadTemplate as error:
        raise reader.fail(str(error)) from None
