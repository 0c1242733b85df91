"""Private ranges whose header counts, on a port that everybody reaches."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from dockguard.api import Finding, Note, Served, Span

if TYPE_CHECKING:
    from dockguard.api import Location, Site

PRIVATE = [ipaddress.ip_network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]
ADDRESS = ("$binary_remote_addr", "$remote_addr", "$realip_remote_addr")


def check(served: Served) -> Iterator[Finding]:
    """One finding for a list of ranges, at the first private one."""
    if served.fronted or not served.own_network:
        return
    site = cast("Site", served.site)
    counted = {zone.name for zone in site.zones if zone.variable.known in ADDRESS[:2]}
    said: set[Span] = set()
    for location in site.locations:
        lines = location.level.listed("set_real_ip_from")
        line = next((one for one in lines if is_private(one.text(0))), None)
        port = (
            served.entry(listen.span for listen in location.server.listens)
            if line is not None and decides(location, counted)
            else None
        )
        if line is None or port is None or line.span in said:
            continue
        said.add(line.span)
        message = f"clients of port {port.target[0]} may lie in `{line.text(0)}`: they choose the address that counts"
        notes = (Note(port.span, "published here"), Note(location.span, "addresses decide here"))
        yield Finding(line.span, message, notes)


def decides(location: Location, counted: set[str]) -> bool:
    """Whether an address decides what a client gets."""
    if location.action == "none":
        return False
    chosen = any(not rule.everybody for rule in location.access.rules)
    limits = (*location.limits, *location.connection_limits)
    return chosen or any(limit.zone in counted for limit in limits)


def is_private(text: str) -> bool:
    """Whether it is a whole private range; a smaller one may be the network of a proxy."""
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return network in PRIVATE
