"""Headers of clients that the edge passes on as if a proxy had written them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from dockguard.api import Finding, Served

if TYPE_CHECKING:
    from dockguard.api import Site


def check(served: Served) -> Iterator[Finding]:
    """One finding for a line; silent where the client's address comes from a header anyway."""
    site = cast("Site", served.site)
    published = any(served.published(socket) for socket in served.proxy.sockets)
    lines = list(site.lines())
    if served.fronted or not published or any(line.name == "set_real_ip_from" for line in lines):
        return
    for line in lines:
        named = line.name.endswith("_set_header") and line.text(0).lower() == "x-forwarded-for"
        if named and line.text(1) in ("$proxy_add_x_forwarded_for", "${proxy_add_x_forwarded_for}"):
            name = served.container.name
            yield Finding(line.span, f"nothing stands before `{name}`: what clients put into this header is passed on")
