"""Services with a writable root file system; with what a known program needs beside a read-only one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from dockguard.api import Finding, Fix, Note, Program, Undecided

if TYPE_CHECKING:
    from dockguard.api import Service


def check(service: Service) -> Iterator[Finding]:
    """The fix is complete, or there is none: read-only alone stops a program that nobody knows."""
    if service.read_only:
        return
    needs = _needs(service)
    message = f"service `{service.name}` can write to its whole file system"
    if needs is not None:
        message += f"; read-only it needs `tmpfs: [{', '.join(needs)}]`" if needs else "; it runs read-only as it is"
    notes = tuple(Note(step.span, step.how) for step in service.read_only.via or ())
    edits = service.amended({"read_only": True}, tmpfs=needs) if needs is not None else None
    yield Finding(service.read_only.span, message, notes, Fix("make it read-only", edits) if edits else None)


def _needs(service: Service) -> tuple[str, ...] | None:
    """The paths that need a tmpfs; None for a program that nobody knows."""
    program = cast("Program | None", service.program)
    try:
        if program is None or not program.is_studied:
            return None
        found = tuple(dict.fromkeys(path.folder for path in program.bare))
        return None if "/" in found else found
    except Undecided:
        return None
