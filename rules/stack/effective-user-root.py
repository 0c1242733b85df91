"""Root by default: the base image's user counts, because neither Compose nor the Dockerfile names one."""

from __future__ import annotations

from collections.abc import Iterator

from dockguard.api import Confidence, Finding, Note, Running


def check(container: Running) -> Iterator[Finding]:
    """Speaks for known bases, and with less confidence for a Dockerfile whose base nobody knows."""
    user = container.user
    name = f"container `{container.name}`"
    notes = tuple(Note(step.span, step.how) for step in user.via or ())
    if user.known is not None:
        if user.known.is_root and not user.known.declared:
            nobody = "neither Compose nor the Dockerfile names" if container.built else "Compose does not name"
            yield Finding(user.span, f"{name} runs as root: {nobody} a user", notes)
    elif container.built is not None and not user.written:
        yield Finding(
            user.span,
            f"{name} probably runs as root: neither Compose nor the Dockerfile names a user",
            notes,
            confidence=Confidence.MEDIUM,
            why="the base image is not known",
        )
