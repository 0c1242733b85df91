"""TLS that nobody reaches, beside a port in clear that everybody reaches."""

from __future__ import annotations

from collections.abc import Iterator

from dockguard.api import Finding, Note, Served


def check(served: Served) -> Iterator[Finding]:
    """One finding for a site, at the first socket with TLS."""
    if served.fronted or not served.own_network or served.container.ports.open:
        return
    sockets = [one for one in served.proxy.sockets if not one.loopback and not one.udp and not one.raw]
    secure = [one for one in sockets if one.tls]
    clear = next((port for one in sockets if not one.tls and (port := served.published(one)) is not None), None)
    if not secure or clear is None or any(served.leads_to(one) for one in secure):
        return
    name = served.container.name
    number = clear.target[0]
    message = f"port {secure[0].port} of `{name}` speaks TLS, but `ports` publishes only port {number}, which does not"
    yield Finding(secure[0].span, message, (Note(clear.span, "this port is published"),))
