"""Capabilities that change what is not the container's own; a VPN's `NET_ADMIN` weighs less."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dockguard.api import Finding, Note, Severity

if TYPE_CHECKING:
    from dockguard.api import Capability


def check(capability: Capability, options: Mapping[str, Any]) -> Iterator[Finding]:
    """`BPF` with `PERFMON` is the other rule's matter."""
    name, service = capability.name.known, capability.service
    if name not in options["capabilities"] or (name == "BPF" and _has(capability, "PERFMON")):
        return
    notes = tuple(Note(step.span, step.how) for step in capability.fact.via or ())
    message = f"service `{service.name}` gets `{name}`, which reaches beyond the container"
    excused = name == "NET_ADMIN" and capability.service_makes_tunnels and service.uses_host_network.value is not True
    lowered = Severity.MEDIUM if excused else None
    why = "the image makes tunnels, in a network of its own" if excused else ""
    yield Finding(capability.span, message, notes, severity=lowered, why=why)


def _has(capability: Capability, name: str) -> bool:
    return any(other.known == name for other in capability.service.added_capabilities)
