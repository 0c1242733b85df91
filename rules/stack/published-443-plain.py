"""Port 443 of the host that leads to a port without TLS."""

from __future__ import annotations

from collections.abc import Iterator

from dockguard.api import Finding, Note, Served


def check(served: Served) -> Iterator[Finding]:
    """One finding for an entry of `ports`."""
    if served.proxy.sockets.open:
        return
    for port in served.open_ports:
        sockets = served.behind(port)
        if port.published != (443, 443) or port.protocol != "tcp" or not sockets:
            continue
        if not any(one.tls or one.raw for one in sockets):
            message = (
                f"clients speak TLS on port 443, but port {sockets[0].port} of `{served.container.name}` is plain HTTP"
            )
            yield Finding(port.span, message, (Note(sockets[0].span, "it listens without `ssl`"),))
