"""Named sites that answer for names nobody has given them, on a published socket."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from dockguard.api import Finding, Note, Served, Socket

if TYPE_CHECKING:
    from dockguard.api import Server, Site


def check(served: Served) -> Iterator[Finding]:
    """One finding for a site, at the first socket whose rest it gets."""
    site = cast("Site", served.site)
    if site.servers.open or served.proxy.stock:
        return
    said: set[object] = set()
    for socket in served.proxy.sockets:
        port = served.published(socket)
        sharing = servers_of(socket, site) if port is not None else []
        first = default_of(socket, sharing)
        if port is None or first is None or len(sharing) < 2 or first.span in said or not is_named(first):
            continue
        said.add(first.span)
        message = f"`{first.name}` answers for every other name on port {socket.port}: no server there refuses them"
        yield Finding(first.span, message, (Note(port.span, "the port is published"),))


def servers_of(socket: Socket, site: Site) -> list[Server]:
    """The servers that share a socket, in their order."""
    place = (socket.address, socket.port)
    return [one for one in site.servers if any((at.address, at.port) == place for at in one.listens)]


def default_of(socket: Socket, servers: list[Server]) -> Server | None:
    """The server that gets what no name fits."""
    place = (socket.address, socket.port)
    marked = (one for one in servers if any(at.default and (at.address, at.port) == place for at in one.listens))
    return next(marked, servers[0] if servers else None)


def is_named(server: Server) -> bool:
    """Whether it is there for certain names, and answers with a page."""
    names = [name.known for name in server.names]
    certain = bool(names) and all(name and "." in name.strip(".") and name[:1] not in "~*" for name in names)
    return certain and not server.names.open and server.action == "" and not server.rejects_handshake
