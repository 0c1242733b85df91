"""The last USER is root."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dockguard.api import Finding, Note, Severity, Undecided


def check(image: Any) -> Iterator[Finding]:
    """Speaks for a declared root; lower where the entry point changes to another user."""
    user = image.user
    if image.of_service or not user.written:
        return
    if not user.sure:
        raise Undecided(user.value.why)
    if not user.known.is_root or not user.known.declared:
        return
    notes = tuple(Note(step.span, step.how) for step in user.via or ())
    message = f"the image runs as root: its last USER is `{user.known.name}`"
    if image.drops_privileges:
        why = "its entry point changes to another user"
        yield Finding(user.span, message, notes, severity=Severity.LOW, why=why)
    else:
        yield Finding(user.span, message, notes)
