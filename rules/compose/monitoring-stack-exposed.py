"""Monitoring without authentication that others reach, and the requests that change it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Severity

if TYPE_CHECKING:
    from dockguard.api import Service


def check(service: Service) -> Iterator[Finding]:
    """Every open port, and every API that is switched on."""
    for port in service.ports:
        if port.role == "monitoring" and port.public.known and port.leads:
            what = f"{port.listens} in service `{service.name}` has no authentication"
            yield Finding(port.span, f"{what}, and its port {port.target.known} is open to other machines")
    for switch in service.switches:
        if switch.kind == "monitoring":
            message = f"`{switch.name}` lets whoever reaches `{service.name}` change or stop {switch.product}"
            if switch.is_reachable:
                yield Finding(switch.span, message)
            else:
                why = "no port of the service is open to others"
                yield Finding(switch.span, message, severity=Severity.LOW, why=why)
