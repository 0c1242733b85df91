"""Volumes of the image that can be written to although the root file system is read-only."""

from __future__ import annotations

from collections.abc import Iterator

from dockguard.api import Finding, Note, Program


def check(program: Program) -> Iterator[Finding]:
    """One finding for a service, with every volume that nothing is mounted on."""
    if not program.rights.read_only or program.container.mounts.open:
        return
    bare = program.anonymous
    if not bare:
        return
    place = program.rights.read_only
    listed = ", ".join(f"`{volume.known}`" for volume in bare)
    notes = [*(Note(step.span, step.how) for step in place.via or ()), *(Note(v.span, "declared here") for v in bare)]
    message = f"service `{program.name}` can still write to {listed}: its image declares an anonymous volume there"
    yield Finding(place.span, message, tuple({note.span.key: note for note in notes}.values()))
