"""Services that make root out of an image which starts as another user."""

from __future__ import annotations

from collections.abc import Iterator

from dockguard.api import Finding, Note, Program


def check(program: Program) -> Iterator[Finding]:
    """Speaks where both are known: what the service says, and whom the image starts as."""
    own, image = program.container.container.user, program.image_user
    if own.known is None or not own.known.is_root or image.known is None or image.known.is_root:
        return
    message = f"service `{program.name}` runs as root, although its image starts as `{image.known.name}`"
    notes = [Note(step.span, step.how) for step in own.via or ()]
    yield Finding(own.span, message, (Note(image.span, f"the image starts as `{image.known.name}`"), *notes))
