"""Where a site listens: the sockets of its `http` and `stream` servers, each once."""

from __future__ import annotations

from collections.abc import Iterator

from dockguard.formats.nginx.site import Site
from dockguard.formats.nginx.wire.listen import listen_of
from dockguard.source import Many
from dockguard.stack.pieces import Socket

_BLOCKS = frozenset(("http", "stream", "server"))


def sockets(site: Site) -> Many[Socket]:
    """All of them but Unix sockets; open where a template or an unread file may bring more."""
    found: dict[tuple[str, int, bool], Socket] = {}
    for socket in (*_http(site), *_stream(site)):
        found.setdefault((socket.address, socket.port, socket.udp), socket)
    return Many(tuple(found.values()), site.span, _open(site))


def _http(site: Site) -> Iterator[Socket]:
    for server in site.servers:
        for one in server.listens:
            if one.port:
                yield Socket(one.address, one.port, server.speaks_tls(one), one.quic, one.span)


def _stream(site: Site) -> Iterator[Socket]:
    for line in (line for level in site.streams for line in level.own.get("listen", ())):
        one = listen_of(line)
        if one is not None and one.port:
            yield Socket(one.address, one.port, one.ssl, "udp" in line.texts, line.span, raw=True)


def _open(site: Site) -> str:
    """Why there may be further sockets."""
    why = site.root.hidden(_BLOCKS) or site.servers.open
    why = why or next((server.listens.open for server in site.servers if server.listens.open), "")
    for level in site.streams:
        hides = level.hidden(frozenset(("listen",)))
        unread = any(listen_of(line) is None for line in level.own.get("listen", ()))
        why = why or hides or ("a template gives the port" if unread else "")
    return why
