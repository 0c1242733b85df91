"""Read-only root file systems without what the program writes to before it serves anything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from dockguard.api import Finding, Fix, Note, Program

if TYPE_CHECKING:
    from dockguard.api import Service


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
    fix = _fix(program, tuple(dict.fromkeys(path.folder for path in missing)))
    message = f"service `{program.name}` will not start: its root file system is read-only, and it writes to {listed}"
    yield Finding(place.span, message, (*steps, *(Note(span, text) for span, text in named.items())), fix)


def _fix(program: Program, paths: tuple[str, ...]) -> Fix | None:
    if "/" in paths:
        return None  # a file at the very root: nothing can be mounted around it
    service = cast("Service", program.container.container.node)
    edits = service.amended({}, tmpfs=paths)
    return Fix("add what is missing to `tmpfs`", edits) if edits else None
