"""Upstreams that clients choose."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Confidence, Finding, Note

if TYPE_CHECKING:
    from dockguard.api import Use


def check(use: Use) -> Iterator[Finding]:
    """A host, a scheme, or one name among others."""
    chosen = use.chosen_host
    if not chosen.written:
        return
    notes = tuple(Note(step.span, step.how) for step in chosen.via or ())
    if use.chosen_label:
        message = f"`{chosen.known}` lets clients choose any name without a dot: any container"
        yield Finding(chosen.span, message, notes, confidence=Confidence.MEDIUM, why="no name outside can be chosen")
    else:
        yield Finding(chosen.span, f"clients choose the server that is asked through `{chosen.known}`", notes)
