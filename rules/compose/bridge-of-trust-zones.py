"""Services that stand in an internal network and in one that leads out, without being a proxy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Note

if TYPE_CHECKING:
    from dockguard.api import Service


def check(service: Service) -> Iterator[Finding]:
    """One finding for a service whose ports are open beyond the machine, too."""
    project = service.project
    if project is None or {"edge", "proxy"} & set(service.purposes) or service.networks.open:
        return
    port = next((port for port in service.ports if port.public.value is True), None)
    found = [(use, project.network(use.name)) for use in service.networks]
    inner = [use for use, network in found if network is not None and network.internal.value is True]
    outer = [use for use, network in found if network is not None and network.internal.value in (None, False)]
    if port is not None and inner and outer:
        message = f"service `{service.name}` is open to others and a way into the internal network `{inner[0].name}`"
        yield Finding(inner[0].span, message, (Note(port.span, "this is how others reach it"),))
