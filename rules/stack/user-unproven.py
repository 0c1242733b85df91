"""Containers whose user nobody knows to be another than root."""

from __future__ import annotations

from collections.abc import Iterator

from dockguard.api import Finding, Note, Running, Unknown


def check(container: Running) -> Iterator[Finding]:
    """Speaks of what is unknown, on purpose; a Dockerfile without USER and root itself are other rules' matter."""
    user, seen = container.user, container.built is not None or container.known is not None
    value, why = user.value, ""
    if isinstance(value, Unknown):
        why = value.why
    elif value is not None and value.uid is None and not value.is_root and not (seen or container.assumed):
        why = f"only its image knows the number of `{value.name}`"
    if why:
        notes = tuple(Note(step.span, step.how) for step in user.via or ())
        yield Finding(user.span, f"container `{container.name}` may run as root: {why}", notes)
