"""Services that wait for another one's health, which nothing ever tells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from dockguard.api import Fact, Finding, Note, Program

if TYPE_CHECKING:
    from dockguard.api import Service


def check(program: Program) -> Iterator[Finding]:
    """One finding for a dependency; silent where the image is not known, and where a missing service is no failure."""
    service = cast("Service", program.container.container.node)
    for dependency in service.depends_on:
        other = program.beside(dependency.name)
        waits = dependency.condition.known == "service_healthy" and dependency.required.value is not False
        why = _why(other) if waits and other is not None else None
        if other is None or why is None:
            continue
        message = f"service `{program.name}` never starts: it waits for the health of `{other.name}`, {why.text}"
        notes = [Note(step.span, step.how) for step in dependency.value.via or ()]
        yield Finding(dependency.condition.span, message, (Note(why.span, "this one is waited for"), *notes))


def _why(other: Program) -> Note | None:
    """Why a service has no health; None where it has one, or may have."""
    service = cast("Service", other.container.container.node)
    own = service.has_healthcheck
    if not own.sure or service.open or service.provider.written or own.value is True:
        return None
    if own.value is False:
        return Note(own.span, "whose check is switched off")
    built = other.container.built
    made = built.facts.get("healthcheck") if built is not None else None
    if isinstance(made, Fact) and made.value is not None:
        return Note(made.span, "whose image switches its check off") if made.known == ("NONE",) else None
    if other.facts is None or other.facts.healthcheck is not False:
        return None
    return Note(other.span, "which has no health check")
