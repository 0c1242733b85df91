"""A proxy's own interface without a guard, and consoles that others reach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dockguard.api import Finding, Severity

if TYPE_CHECKING:
    from dockguard.api import Service


def check(service: Service, options: Mapping[str, Any]) -> Iterator[Finding]:
    """Settings of a proxy, then open ports of consoles."""
    for switch in service.switches:
        if switch.kind == "admin":
            message = f"`{switch.name}` opens the interface of {switch.product} in `{service.name}` without a login"
            if switch.is_reachable:
                yield Finding(switch.span, message)
            else:
                why = "no port of the service is open to others"
                yield Finding(switch.span, message, severity=Severity.MEDIUM, why=why)
    name = (service.image.known or "").partition("@")[0].rpartition("/")[2].partition(":")[0]
    for port in service.ports:
        if port.role == "console" and name in options["consoles"] and port.public.known and port.leads:
            yield Finding(port.span, f"the console `{service.name}` ({name}) is open to other machines")
