"""Services that keep the engine's default capabilities; with what a known program needs of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from dockguard.api import Finding, Fix, Note, Program, Severity

if TYPE_CHECKING:
    from dockguard.api import Service


def check(service: Service) -> Iterator[Finding]:
    """Of low weight for a process that holds none of them and cannot gain any."""
    if service.drops_all_capabilities:
        return
    program = cast("Program | None", service.program)
    needed = program.advised_capabilities if program is not None else None
    message = f"service `{service.name}` keeps Docker's default capabilities"
    if needed is not None:
        message += (
            f"; `cap_drop: [ALL]` needs `cap_add: [{', '.join(sorted(needed))}]`" if needed else "; it needs none"
        )
    fact = service.drops_all_capabilities
    notes = tuple(Note(step.span, step.how) for step in fact.via or ())
    fix = _fix(service, needed) if needed is not None else None
    holds = _holds_none(service, program)
    if holds:
        yield Finding(service.cap_drop.span, message, notes, fix, Severity.LOW, why=holds)
    else:
        yield Finding(service.cap_drop.span, message, notes, fix)


def _fix(service: Service, needed: frozenset[str]) -> Fix | None:
    given = {item.known for item in service.added_capabilities}
    edits = service.amended({}, cap_drop=["ALL"], cap_add=sorted(needed - given))
    return Fix("drop all, and add what it needs", edits) if edits else None


def _holds_none(service: Service, program: Program | None) -> str:
    """Why its process holds no capability; "" where it may hold some (moby clears the sets of other users)."""
    if program is None or service.no_new_privileges.value is not True or service.privileged.value not in (None, False):
        return ""
    user = program.starts_as.known
    return "" if user is None or user.is_root else f"it runs as `{user.name}` and cannot gain privileges: it holds none"
