"""What an overlay takes away from its base, or adds to it, so that services are less protected."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Note, Severity

if TYPE_CHECKING:
    from dockguard.api import Change


def check(change: Change) -> Iterator[Finding]:
    """One finding for each change; of low weight where only a limit goes."""
    message = f"this overlay {change.what.known}, which the base does not"
    notes = tuple(Note(step.span, step.how) for step in change.what.via or ())
    if change.minor:
        yield Finding(change.span, message, notes, severity=Severity.LOW, why="a limit, and no isolation")
    else:
        yield Finding(change.span, message, notes)
