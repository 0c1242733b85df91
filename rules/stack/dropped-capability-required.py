"""Capabilities that are dropped although the program cannot do without them."""

from __future__ import annotations

from collections.abc import Iterator

from dockguard.api import Confidence, Fact, Finding, Note, Program


def check(program: Program) -> Iterator[Finding]:
    """One finding for a service, placed at what drops them."""
    missing = program.missing_capabilities
    if not missing:
        return
    place = _cause(program, missing)
    listed = ", ".join(sorted(program.capabilities or ()))
    message = f"service `{program.name}` cannot work without {', '.join(missing)}: it needs `cap_add: [{listed}]`"
    notes = [Note(step.span, step.how) for step in place.via or ()]
    if program.own is not None:
        yield Finding(place.span, message, (*notes, Note(program.image.span, _reason(program))))
        return
    switcher = program.switcher
    note = Note(switcher.span, f"`{switcher.known}` changes the user here")
    yield Finding(
        place.span, message, (*notes, note), confidence=Confidence.MEDIUM, why="a condition may stand before it"
    )


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
