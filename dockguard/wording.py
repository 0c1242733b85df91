"""Values as people read them."""

from __future__ import annotations

from typing import Any

from dockguard.source import Fact, Many, Secret, Unknown


def show(value: Any) -> str:
    """A value as messages show it: secrets masked, one line, not endless."""
    if isinstance(value, Fact):
        return show(value.value)
    if isinstance(value, Secret):
        return value.masked
    if isinstance(value, Unknown):
        return "?"
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "(none)"
    if isinstance(value, (Many, tuple, list, frozenset, set)):
        return ", ".join(sorted(map(show, value)) if isinstance(value, (frozenset, set)) else map(show, value))
    text = str(value).encode("unicode_escape").decode() if not str(value).isprintable() else str(value)
    return text if len(text) <= 80 else text[:79] + "…"
