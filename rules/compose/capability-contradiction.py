"""Services whose two lists of capabilities, or `privileged`, contradict each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Note

if TYPE_CHECKING:
    from dockguard.api import Fact, Service


def check(service: Service) -> Iterator[Finding]:
    """What the engine makes of each contradiction (moby, TweakCapabilities); one finding for each dropped item."""
    added = {item.known: item for item in service.added_capabilities if item.known}
    for item in service.dropped_capabilities:
        name = item.known
        if name is None:
            continue
        if service.privileged.value is True:
            yield _finding(item, service.privileged, f"`privileged` gives service `{service.name}` every capability")
        elif name in added:
            yield _finding(item, added[name], f"service `{service.name}` adds {name} as well, which wins")


def _finding(item: Fact[str], other: Fact[bool] | Fact[str], reason: str) -> Finding:
    notes = [Note(step.span, step.how) for fact in (item, other) for step in fact.via or ()]
    return Finding(item.span, f"dropping {item.known} has no effect: {reason}", (Note(other.span, "this wins"), *notes))
