"""Servers that answer over plain HTTP beside TLS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Confidence, Finding, Note

if TYPE_CHECKING:
    from dockguard.api import Clear


def check(clear: Clear) -> Iterator[Finding]:
    """One finding for a server, with the contexts that answer as notes."""
    found = list(clear.contents)
    if not found:
        return
    names = clear.server.listed(found)
    twin = clear.twin
    notes = [Note(context.span, "here") for context in found[:4]]
    if twin is not None and twin is not clear.server:
        notes.append(Note(twin.span, "the same over TLS"))
    yield Finding(
        clear.span,
        f"`{clear.subject}` answers {names} over plain HTTP instead of redirecting to TLS",
        tuple(notes),
        confidence=None if twin else Confidence.MEDIUM,
        why="" if twin else "no server with TLS has its name",
    )
