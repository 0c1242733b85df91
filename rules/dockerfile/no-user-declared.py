"""No USER counts, and the base image does not start as another user."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dockguard.api import Finding, Note, Severity, Undecided


def check(image: Any) -> Iterator[Finding]:
    """Speaks for known root bases; lower where nobody knows the base, or the entry point changes to another user."""
    user = image.user
    if image.of_service or not image.has_from:
        return
    if not user.sure:
        raise Undecided(user.value.why)
    known = user.known
    if known is not None and (known.declared or not known.is_root):
        return
    notes = tuple(Note(step.span, step.how) for step in user.via or ())
    if image.drops_privileges:
        why = "its entry point changes to another user"
        yield Finding(user.span, "the image declares no user", notes, severity=Severity.LOW, why=why)
    elif known is None:
        why = "nobody knows who the base image starts as"
        message = "the image declares no user, and probably runs as root"
        yield Finding(user.span, message, notes, severity=Severity.LOW, why=why)
    else:
        yield Finding(user.span, "the image declares no user, so it runs as root", notes)
