"""Servers whose requests leave no trace."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Server


def check(server: Server) -> Iterator[Finding]:
    """`access_log off` around everything that a server serves to other machines."""
    lines = server.level.listed("access_log")
    line = next(iter(lines), None)
    if line is None or line.text(0) != "off" or all(listen.loopback for listen in server.listens):
        return
    if any(context.action in ("files", "proxy") for context in server.contexts):
        yield Finding(line.span, f"no request to the whole `{line.context}` leaves a trace")
