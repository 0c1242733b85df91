"""The verbs of a page's `fix:` on nodes of a Compose project, as text edits in the file's own style."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dockguard.finding import Edit
from dockguard.formats.compose.text.scalars import plain_scalar
from dockguard.formats.compose.text.tree import Value
from dockguard.formats.compose.view import View
from dockguard.lazy import regex
from dockguard.source import Source, Span

if TYPE_CHECKING:
    from dockguard.formats.compose.model import Override, Project

_PLAIN = regex(r"[A-Za-z0-9_./][A-Za-z0-9_./:=@+-]*\Z")


def edit(node: Any, verb: str, path: str, literal: Any) -> tuple[Edit, ...] | None:
    """`remove X`, `set X = literal`, `append X literal` for an attribute of a node (`deploy.replicas`).

    With an empty path `remove` takes away the node itself. None where no edit is safe: the value came through an
    alias, a merge key or a variable, or it is in a text that cannot be written back.
    """
    if not isinstance(node, View) or not node.direct:
        return None
    names = tuple(path.split(".")) if path else ()
    if verb == "remove":
        return _remove(node, names)
    owner = node.value.get(*names[:-1])
    if not names or owner is None or not owner.is_map or not _free(owner):
        return None
    value = owner.map.get(names[-1])
    if verb == "append" and value is not None and value.data is not None:
        return _append(value, literal)
    data = [literal] if verb == "append" else literal
    return _insert(owner, names[-1], data) if value is None else _replace(value, data)


def edit_override(node: Override, verb: str, path: str, literal: Any) -> tuple[Edit, ...] | None:
    """`set written = !reset []`: another value instead of one that clears nothing, as it is."""
    return _written(node.value, str(literal)) if (verb, path) == ("set", "written") else None


def edit_project(node: Project, verb: str, path: str, literal: Any) -> tuple[Edit, ...] | None:
    """`remove version`: the obsolete attribute goes from every file."""
    return _remove_versions(node.journal.versions) if (verb, path) == ("remove", "version") else None


def amend(node: View, values: Mapping[str, Any], lists: Mapping[str, Sequence[str]]) -> tuple[Edit, ...] | None:
    """Edits that set attributes and add items to lists of a node, all of them; None where one of them is not safe."""
    found: list[tuple[Edit, ...] | None] = [edit(node, "set", name, value) for name, value in values.items()]
    for name, items in lists.items():
        value = node.value.map.get(name)
        if value is None:
            found.append(edit(node, "set", name, list(items)) if items else ())
        else:
            found += [edit(node, "append", name, item) for item in items]
    return None if None in found else tuple(one for edits in found for one in edits or ())


def _free(value: Value) -> bool:
    return value.direct and not value.span.source.lossy and value.span.source.origin is None


def _written(value: Value, text: str) -> tuple[Edit, ...] | None:
    if not _free(value):
        return None
    if value.data is not None or value.span.start < value.span.end:
        return (Edit(value.span, text),)
    colon = regex(r"\s*:").match(value.span.source.text, value.span.end)
    return (Edit(Span(value.span.source, colon.end(), colon.end()), f" {text}"),) if colon else None


def _remove_versions(versions: Sequence[Value]) -> tuple[Edit, ...] | None:
    places = [_extent(value) if _free(value) else None for value in versions]
    return tuple(Edit(place) for place in places if place is not None) or None


def _remove(node: View, names: tuple[str, ...]) -> tuple[Edit, ...] | None:
    """Whole lines, where the entry is alone on them; else the entry with its comma."""
    owners = [node.value.get(*names[:count]) for count in range(len(names))]
    value = node.value.get(*names)
    if value is None or not all(owner is not None and owner.direct for owner in owners) or not _free(value):
        return None
    place = _extent(value)
    return None if place is None else (Edit(place),)


def _extent(value: Value) -> Span | None:
    """What has to go with a value."""
    key = value.key or value.span
    source = value.span.source
    if key.source is not source or value.span.end < key.start:
        return None
    start, end = key.start, max(value.span.end, key.end)
    line, dash = _line_start(source, start), ""
    before = source.text[line:start]
    if value.key is None:
        before, dash = re.sub(r"-[ \t]+\Z", "", before), "-"
    if before.strip() == "" and _behind(source, end) is not None and (dash or "-" not in source.text[line:start]):
        return Span(source, line, _behind(source, end) or end)
    return _in_flow(source, start, end)


def _line_start(source: Source, offset: int) -> int:
    return source.line_starts[source.position(offset)[0] - 1]


def _behind(source: Source, end: int) -> int | None:
    """The beginning of the next line, when nothing but a comment follows on this one."""
    text = source.text
    while end > 0 and text[end - 1] in " \t\r\n":
        end -= 1
    match = re.compile(r":?[ \t]*(?:[ \t]#[^\n]*)?\r?(?:\n|\Z)").match(text, end)
    return match.end() if match else None


def _in_flow(source: Source, start: int, end: int) -> Span | None:
    """An entry of `{a: 1, b: 2}` or `[a, b]`, with the comma that goes with it."""
    text = source.text
    after = re.compile(r"\s*,[ \t]*").match(text, end)
    if after:
        return Span(source, start, after.end())
    if not re.compile(r"\s*[}\]]").match(text, end):
        return None
    before = re.search(r",\s*\Z", text[:start][-200:])
    return Span(source, start - len(before[0]) if before else start, end)


def _replace(value: Value, data: Any) -> tuple[Edit, ...] | None:
    if not _free(value) or value.is_map or value.is_list or isinstance(data, list):
        return None
    span = value.span
    if value.data is None and span.start == span.end:
        colon = re.compile(r"\s*:").match(span.source.text, span.end)
        return (Edit(Span(span.source, colon.end(), colon.end()), f" {literal_text(data)}"),) if colon else None
    return None if span.text[:1] in "|>&!" else (Edit(span, literal_text(data)),)


def _append(value: Value, literal: Any) -> tuple[Edit, ...] | None:
    if not value.is_list or not _free(value) or value.key is None:
        return None
    span, text = value.span, value.span.source.text
    if text[span.start : span.start + 1] == "[":
        comma = ", " if value.data else ""
        return (_before_bracket(span, comma + literal_text(literal)),)
    items = [
        item for item in value.data if item.span.source is span.source and span.covers(item.span) and item.key is None
    ]
    if not items or not all(item.direct or span.covers(item.span) for item in items):
        return None
    line = _line_start(span.source, items[0].span.start)
    dash = re.compile(r"[ \t]*-[ \t]+").match(text, line)
    at = _behind(span.source, items[-1].span.end)
    if dash is None or at is None:
        return None
    return (_line(span.source, at, dash[0] + literal_text(literal)),)


def _before_bracket(span: Span, text: str) -> Edit:
    at = span.end - 1
    while at > span.start + 1 and span.source.text[at - 1].isspace():
        at -= 1
    return Edit(Span(span.source, at, at), text)


def _insert(owner: Value, name: str, data: Any) -> tuple[Edit, ...] | None:
    """A new entry at the end of a mapping."""
    span, text = owner.span, owner.span.source.text
    if text[span.start : span.start + 1] == "{":
        comma = ", " if text[span.start + 1 : span.end - 1].strip() else ""
        return (_before_bracket(span, f"{comma}{name}: {_flow(data)}"),)
    line = _line_start(span.source, span.start)
    before = text[line : span.start]
    at = _behind(span.source, span.end)
    if at is None or not re.fullmatch(r"[ \t]*(?:-[ \t]+)*", before):
        return None
    indent = " " * len(before)
    return (_line(span.source, at, "".join(_entry(span.source, indent, name, data))),)


def _entry(source: Source, indent: str, name: str, data: Any) -> list[str]:
    if not isinstance(data, list):
        return [f"{indent}{name}: {literal_text(data)}"]
    newline, deeper = _newline(source), _item_indent(source)
    items = [f"{newline}{indent}{deeper}- {literal_text(item)}" for item in data]
    return [f"{indent}{name}:", *items]


def _flow(data: Any) -> str:
    return f"[{', '.join(map(literal_text, data))}]" if isinstance(data, list) else literal_text(data)


def _line(source: Source, at: int, line: str) -> Edit:
    """A line of its own at the beginning of a line, or behind a last line that has no end."""
    newline = _newline(source)
    if at > 0 and source.text[at - 1] != "\n":
        return Edit(Span(source, at, at), newline + line)
    return Edit(Span(source, at, at), line + newline)


def _newline(source: Source) -> str:
    return "\r\n" if "\r\n" in source.text else "\n"


def _item_indent(source: Source) -> str:
    """How far this file indents items below their key: the first list of the file tells."""
    match = re.search(r"^([ ]*)[^\s#-][^\n]*:[ \t]*\r?\n([ ]*)- ", source.text, re.MULTILINE)
    return "  " if match is None else " " * max(len(match[2]) - len(match[1]), 0)


def literal_text(data: Any) -> str:
    """A literal as YAML writes it."""
    if isinstance(data, bool):
        return "true" if data else "false"
    if data is None:
        return "null"
    if not isinstance(data, str):
        return str(data)
    if _PLAIN.match(data) and type(plain_scalar(data)) is str and not data.endswith(":"):
        return data
    return '"' + data.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
