"""The `fix:` of a page: its verbs as edits of the node's format, and a title that says what will stand there."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from dockguard.finding import Edit, Fix, Safety
from dockguard.formats.base import Kind
from dockguard.pack.page import Page
from dockguard.wording import show


def fixer(page: Page, kind: Kind | None) -> Callable[[Any], Fix | None]:
    """`remove X`, `set X = literal`, `append X literal`, as edits of the node's format."""
    text = str(page.meta.get("fix", ""))
    if not text or kind is None or kind.edit is None:
        return lambda node: None
    verb, path, literal = verb_of(page)
    edit, safety = kind.edit, Safety[str(page.meta["safety"]).upper()]
    name = path.rpartition(".")[2] or path

    def fix(node: Any) -> Fix | None:
        edits = edit(node, verb, path, literal)
        if not edits or not _writable(edits):
            return None
        return Fix(_title(verb, name, literal, node, edits[0]), edits, safety)

    return fix


def _title(verb: str, name: str, literal: Any, node: Any, edit: Edit) -> str:
    """By the attribute where the file calls it so, else by the text itself."""
    if verb == "remove":
        gone = " ".join(edit.span.text.split())
        return f"remove `{name}` from `{node.subject}`" if name in gone else f"remove `{show(gone)}`"
    line = _line_after(edit)
    if name not in line:
        return f"write `{show(line)}` instead"
    text, where = show(literal), f"in `{node.subject}`"
    return f"set `{name}` to `{text}` {where}" if verb == "set" else f"add `{text}` to `{name}` {where}"


def _line_after(edit: Edit) -> str:
    """The line that an edit leaves, or the lines that it brings, with single blanks."""
    text, span = edit.span.source.text, edit.span
    start, end = text.rfind("\n", 0, span.start) + 1, text.find("\n", span.end)
    whole = text[start : span.start] + edit.text + text[span.end : end if end >= 0 else len(text)]
    return " ".join((edit.text if "\n" in edit.text else whole).split())


def _writable(edits: tuple[Edit, ...]) -> bool:
    return not any(edit.span.source.lossy or edit.span.source.origin for edit in edits)


def verb_of(page: Page) -> tuple[str, str, Any]:
    """(verb, path without the variable, literal) of a page's fix; raises BadRule."""
    verb, _, rest = str(page.meta["fix"]).partition(" ")
    target, _, literal = rest.partition(" = ") if verb == "set" else rest.partition(" ")
    variable, _, path = target.partition(".")
    if variable != str(page.meta["each"]).rpartition(".")[2] or not path or verb not in ("remove", "set", "append"):
        raise page.fault("fix", "a fix is `remove X`, `set X = literal` or `append X literal`")
    return verb, path, None if verb == "remove" else _literal(page, literal)


def _literal(page: Page, text: str) -> Any:
    try:
        return json.loads(text.replace("'", '"'))
    except ValueError:
        if text and all(char.isalnum() or char in "_-./:" for char in text):
            return text
        raise page.fault("fix", f"`{text}` is not a literal") from None
