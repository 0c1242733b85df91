"""Capabilities beyond a policy's list; what a known image cannot start without is told with low weight."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dockguard.api import Finding, Note, Severity

if TYPE_CHECKING:
    from dockguard.api import Capability


def check(capability: Capability, options: Mapping[str, Any]) -> Iterator[Finding]:
    """By its name in upper case, without `CAP_`."""
    if not capability.name or capability.name.known in options["allowed"]:
        return
    notes = tuple(Note(step.span, step.how) for step in capability.fact.via or ())
    name = capability.name.known
    message = f"service `{capability.service.name}` adds `{name}`, which is not among the allowed capabilities"
    if name in capability.needed_to_start:
        why = "an exception: its image starts as root and cannot become its user without it"
        yield Finding(capability.span, message, notes, severity=Severity.LOW, why=why)
    else:
        yield Finding(capability.span, message, notes)
