"""Private ranges that let clients in without a password, where every client may come from the network's gateway."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from dockguard.api import Finding, Note, Served

if TYPE_CHECKING:
    from dockguard.api import Location, Site

# Where the engine takes the networks of containers from (moby, `daemon/libnetwork/ipamutils`).
POOLS = [ipaddress.ip_network(text) for text in ("172.16.0.0/12", "192.168.0.0/16")]


def check(served: Served) -> Iterator[Finding]:
    """One finding for an `allow` line."""
    if not served.own_network:
        return
    site = cast("Site", served.site)
    said: set[object] = set()
    for location in site.locations:
        port = served.entry(listen.span for listen in location.server.listens) if bypasses(location) else None
        for rule in location.access.rules if port is not None else ():
            if port is None or rule.verb != "allow" or rule.span in said or not holds_gateway(rule.who.known):
                continue
            said.add(rule.span)
            who = f"clients of port {port.target[0]} may come from the gateway, which `{rule.who.known}` holds"
            yield Finding(rule.span, f"{who}: nobody asks them for the password", (Note(port.span, "published here"),))


def bypasses(location: Location) -> bool:
    """Whether an address is enough where there is a password too, and the address is the connection's own."""
    access = location.access
    if not access.any_suffices or not (access.password.known or access.subrequest.known):
        return False
    return location.action not in ("none", "reject") and not location.level.listed("set_real_ip_from").items


def holds_gateway(text: str | None) -> bool:
    """Whether a range has addresses of the engine's pools; a single address may be another machine's."""
    try:
        network = ipaddress.ip_network(text or "", strict=False)
    except ValueError:
        return False
    return network.num_addresses > 1 and any(network.version == 4 and network.overlaps(pool) for pool in POOLS)
