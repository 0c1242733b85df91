"""The host's processes and network in the one program that is made to count them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Service


def check(service: Service) -> Iterator[Finding]:
    """One finding for each namespace, at its setting."""
    name = (service.image.known or "").partition("@")[0].rpartition("/")[2].partition(":")[0]
    user = (service.user.known or "nobody").partition(":")[0]
    plain = service.privileged.value is not True and not service.is_built and not len(service.cap_add)
    if name not in ("node-exporter", "node_exporter") or user in ("root", "0") or not plain:
        return
    if service.pid.known == "host":
        yield Finding(service.pid.span, f"`{service.name}` sees the host's processes, as node-exporter is made to")
    if service.uses_host_network.known:
        place = service.uses_host_network.span
        yield Finding(place, f"`{service.name}` sees the host's network, as node-exporter is made to")
