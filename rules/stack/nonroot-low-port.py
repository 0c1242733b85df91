"""Low ports of an nginx that is not root, where they are root's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from dockguard.api import Finding, Note, Program, Span

if TYPE_CHECKING:
    from dockguard.api import Service

SYSCTL = "net.ipv4.ip_unprivileged_port_start"


def check(program: Program) -> Iterator[Finding]:
    """One finding for the lowest port."""
    if program.starts_as_root.value is not False or "NET_BIND_SERVICE" in program.carried:
        return
    closed = first_open(program)
    sockets = [socket for proxy in program.proxies for socket in proxy.sockets if closed and socket.port < closed[0]]
    if closed is not None and sockets:
        lowest = min(sockets, key=lambda socket: socket.port)
        user = program.starts_as.known
        who = f"as `{user.name}` " if user is not None else ""
        message = f"nginx in `{program.name}` does not start: {who}it cannot listen on port {lowest.port}"
        yield Finding(lowest.span, message, (Note(closed[1], f"ports below {closed[0]} are root's by this"),))


def first_open(program: Program) -> tuple[int, Span] | None:
    """The first port that everybody may listen on, and what says so; None where that is every port."""
    service = cast("Service", program.container.container.node)
    for entry in service.sysctls:
        if entry.name == SYSCTL:
            text = entry.text.known or ""
            return (int(text), entry.span) if text.isdecimal() and len(text) < 6 else None
    host = service.uses_host_network
    return (1024, host.span) if host.value is True else None
