"""Databases and consoles that other machines reach; less sure where only the port's number tells what it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Confidence, Finding, Note

if TYPE_CHECKING:
    from dockguard.api import ServicePort


def check(port: ServicePort) -> Iterator[Finding]:
    """Each open port, a range once."""
    service = port.service
    if service is None or port.role not in ("datastore", "admin") or not port.public.known or not port.leads:
        return
    if service.uses_host_network.value is True:
        return
    notes = tuple(Note(step.span, step.how) for step in port.value.via or ())
    message = f"{port.listens} of service `{service.name}` is open to other machines on port {port.target.known}"
    if port.image_is_known:
        yield Finding(port.span, message, notes)
    else:
        why = "the image is not known, the number is that of the program"
        yield Finding(port.span, message, notes, confidence=Confidence.MEDIUM, why=why)
