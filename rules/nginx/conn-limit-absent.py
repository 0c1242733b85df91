"""Servers without any `limit_conn`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Server


def check(server: Server) -> Iterator[Finding]:
    """Where no context that serves something surely has one."""
    serving = [context for context in server.contexts if context.action in ("files", "proxy")]
    limits = [context.connection_limits for context in serving]
    if (
        serving
        and not (server.silent or server.loopback or server.contexts.open)
        and not any(one.items or one.open for one in limits)
    ):
        yield Finding(server.span, f"`{server.subject}` has no `limit_conn`")
