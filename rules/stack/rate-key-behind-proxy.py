"""Zones that count by the address of the proxy in front."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from dockguard.api import Finding, Served

if TYPE_CHECKING:
    from dockguard.api import Site

CONNECTION = ("$binary_remote_addr", "$remote_addr")


def check(served: Served) -> Iterator[Finding]:
    """One finding for a zone that is used."""
    site = cast("Site", served.site)
    if not served.fronted or any(line.name == "set_real_ip_from" for line in site.lines()) or site.open:
        return
    for zone in site.zones:
        if zone.variable.known in CONNECTION and zone.used.known:
            name = served.container.name
            message = f"all clients share the zone `{zone.name}`: they come to `{name}` through {served.fronted}"
            yield Finding(zone.span, message)
