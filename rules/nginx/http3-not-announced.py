"""QUIC without an Alt-Svc header."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Server


def check(server: Server) -> Iterator[Finding]:
    """Where none of the server's contexts sends one."""
    quic = next((listen for listen in server.listens if listen.quic), None)
    if quic is None or server.contexts.open or server.action == "reject":
        return
    if all(context.lacks("alt-svc") for context in server.contexts if context.responds):
        yield Finding(quic.span, "without an `Alt-Svc` header browsers never use HTTP/3")
