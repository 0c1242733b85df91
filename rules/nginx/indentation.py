"""Indentation that is not the file's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Note

if TYPE_CHECKING:
    from dockguard.api import Text


def check(text: Text) -> Iterator[Finding]:
    """One finding for a file, at the first line, with some of the others as notes."""
    found = text.misindented
    if found:
        span, indent = found[0]
        kind = "tabs" if "\t" in indent else "blanks"
        notes = tuple(Note(place, "here too") for place, _ in found[1:6])
        yield Finding(span, f"{len(indent)} {kind} are the file's way here", notes)
