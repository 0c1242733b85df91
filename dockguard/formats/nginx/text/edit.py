"""Edits of nginx files: lines removed, arguments replaced; never where a template writes them."""

from __future__ import annotations

from typing import Any

from dockguard.finding import Edit
from dockguard.formats.nginx.headers.headers import Header
from dockguard.formats.nginx.level import Directive
from dockguard.formats.nginx.text.tree import Statement
from dockguard.source import Span

_SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=+%@,")


def remove(statement: Statement) -> Edit | None:
    """Take a statement out, with its line where it stands alone on it; None next to a template's lines."""
    text, start, end = statement.source.text, statement.name.start, statement.end
    if any(word.opaque for word in (statement.name, *statement.args)):
        return None
    line = text.rfind("\n", 0, start) + 1
    after = text.find("\n", end)
    after = len(text) if after < 0 else after
    if not text[line:start].strip() and not text[end:after].strip():
        return Edit(Span(statement.source, line, min(after + 1, len(text))))
    return Edit(Span(statement.source, start, end))


def quoted(text: str) -> str:
    """A text as a word of nginx."""
    if text and _SAFE.issuperset(text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def set_args(statement: Statement, text: str) -> Edit | None:
    """Replace all arguments by a text that is one already (`off`, `301 https://$host`)."""
    if not statement.args or statement.block is not None or any(word.opaque for word in statement.args):
        return None
    return Edit(Span(statement.source, statement.args[0].start, statement.args[-1].end), text)


def append(statement: Statement, text: str) -> Edit | None:
    """Add an argument at the end."""
    if statement.block is not None or any(word.opaque for word in (statement.name, *statement.args)):
        return None
    at = (statement.args or (statement.name,))[-1].end
    return Edit(Span(statement.source, at, at), f" {text}")


def edit_directive(node: Directive | Header, verb: str, path: str, literal: Any) -> tuple[Edit, ...] | None:
    """`remove directive.name`, `set directive.value = off`, `append directive.args always`."""
    if isinstance(node, Header) and not node.added:
        return None  # one word of several
    statement = node.statement if isinstance(node, Directive) else node.directive.statement
    if verb == "remove":
        made = remove(statement)
    elif verb == "append":
        made = append(statement, quoted(str(literal)))
    elif path == "value" and isinstance(node, Header):
        word = node.word
        made = Edit(word.span, quoted(str(literal))) if word is not None and not word.opaque else None
    else:
        made = set_args(statement, str(literal))
    return None if made is None else (made,)
