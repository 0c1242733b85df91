"""Capabilities that are dropped although the program cannot do without them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from dockguard.api import Confidence, Fact, Finding, Fix, Note, Program, Severity

if TYPE_CHECKING:
    from dockguard.api import Service


def check(program: Program) -> Iterator[Finding]:
    """One finding for a service, placed at what drops them."""
    missing = program.missing_capabilities
    if not missing:
        yield from _stays_root(program)
        return
    place = _cause(program, missing)
    listed = ", ".join(sorted(program.capabilities or ()))
    message = f"service `{program.name}` cannot work without {', '.join(missing)}: it needs `cap_add: [{listed}]`"
    notes = [Note(step.span, step.how) for step in place.via or ()]
    if program.own is not None:
        yield Finding(place.span, message, (*notes, Note(program.image.span, _reason(program))), _fix(program, missing))
        return
    switcher = program.switcher
    note = Note(switcher.span, f"`{switcher.known}` changes the user here")
    yield Finding(
        place.span, message, (*notes, note), confidence=Confidence.MEDIUM, why="a condition may stand before it"
    )


def _fix(program: Program, missing: tuple[str, ...]) -> Fix | None:
    service = cast("Service", program.container.container.node)
    edits = service.amended({}, cap_add=missing)
    return Fix("give back what it needs", edits) if edits else None


def _stays_root(program: Program) -> Iterator[Finding]:
    """An entrypoint that looks for the capabilities first, and goes on as root where they are not there."""
    missing = program.stays_root_without
    if missing and program.facts is not None:
        place, user = _cause(program, missing), program.facts.drops_to
        message = (
            f"service `{program.name}` stays root: without {', '.join(missing)} its image does not become `{user}`"
        )
        note = Note(program.image.span, "this image changes the user where it may")
        fix = _fix(program, missing)
        yield Finding(place.span, message, (note,), fix, Severity.MEDIUM, why="it starts all the same")


def _cause(program: Program, missing: tuple[str, ...]) -> Fact[str]:
    """The item that drops the first of them, else the list, else the service."""
    dropped = program.rights.dropped
    items = [item for item in dropped if item.known in ("ALL", missing[0])]
    return items[0] if items else Fact(None, dropped.span if len(dropped) else program.span)


def _reason(program: Program) -> str:
    if program.starts_as_root.value is not True:
        return "the program's file carries it, and is not run without"
    becomes = program.facts.drops_to if program.facts is not None else ""
    return f"this image starts as root and becomes `{becomes}`" if becomes else "this image starts as root"
