"""Devices that few services need; tunnels and FUSE weigh little by themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dockguard.api import Finding, Note, Severity

if TYPE_CHECKING:
    from dockguard.api import Access


def check(device: Access, options: Mapping[str, Any]) -> Iterator[Finding]:
    """Disks and memory are the other rule's matter."""
    if not device.gives or device.gives in options["raw"]:
        return
    alone = device.gives in options["harmless"] or (device.is_tunnel and device.service_makes_tunnels)
    notes = tuple(Note(step.span, step.how) for step in device.fact.via or ())
    message = f"service `{device.service.name}` gets {device.gives} with `{device.name.known}`"
    why = "it gives little without further capabilities" if alone else ""
    yield Finding(device.span, message, notes, severity=Severity.LOW if alone else None, why=why)
