"""Second lines of directives that a block may hold once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Note

if TYPE_CHECKING:
    from dockguard.api import Repeat


def check(repeat: Repeat) -> Iterator[Finding]:
    """At the second line, with the first one and the include that brings it as notes."""
    notes = [Note(repeat.first.span, "the first one")]
    if repeat.via is not None:
        notes.append(Note(repeat.via.span, repeat.via.how))
    yield Finding(repeat.span, f"nginx refuses a second `{repeat.name}` in one block", tuple(notes))
