"""Ways to join containers from before networks and volumes had names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Service


def check(service: Service) -> Iterator[Finding]:
    """One finding for each entry."""
    for link in service.links:
        yield Finding(link.span, f"`{link.known}`: services of a network find each other by name without a link")
    for link in service.external_links:
        yield Finding(link.span, f"`{link.known}` is a container of nobody here, joined by name")
    for other in service.volumes_from:
        text = f"service `{service.name}` gets everything that is mounted into `{other.known}`, secrets too"
        yield Finding(other.span, text)
