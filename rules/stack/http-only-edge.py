"""Sites in clear that every machine reaches, in projects where nothing speaks TLS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from dockguard.api import Finding, Note, Served

if TYPE_CHECKING:
    from dockguard.api import Site


def check(served: Served) -> Iterator[Finding]:
    """One finding for a site, at the first entry of `ports` that leads to pages."""
    if served.fronted or served.proxy.sockets.open or served.stack_speaks_tls:
        return
    site = cast("Site", served.site)
    pages = {listen.span: server for server in site.servers if not server.action for listen in server.listens}
    for socket in served.proxy.sockets:
        port = served.published(socket)
        if port is not None and not socket.raw and socket.span in pages:
            message = f"`{served.container.name}` is published in clear, and nothing in the project speaks TLS"
            yield Finding(port.span, message, (Note(socket.span, "it listens without `ssl`"),))
            return
