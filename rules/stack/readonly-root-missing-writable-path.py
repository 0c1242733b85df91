"""Read-only root file systems without what the program writes to before it serves anything."""

from __future__ import annotations

from collections.abc import Iterator

from dockguard.api import Finding, Note, Program


def check(program: Program) -> Iterator[Finding]:
    """One finding for a service, with every path that is missing."""
    missing = [path for path in program.uncovered if path.vital]
    if not missing:
        return
    listed = ", ".join(f"`{path.path}`" for path in missing)
    place = program.rights.read_only
    steps = [Note(step.span, step.how) for step in place.via or ()]
    named = {path.span: f"it writes {path.why} to `{path.path}`" for path in missing if path.why}
    named |= {path.span: f"the image writes to {listed}" for path in missing if not path.why}
    message = f"service `{program.name}` will not start: its root file system is read-only, and it writes to {listed}"
    yield Finding(place.span, message, (*steps, *(Note(span, text) for span, text in named.items())))
