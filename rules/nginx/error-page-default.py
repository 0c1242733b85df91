"""Servers without error pages of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Server


def check(server: Server) -> Iterator[Finding]:
    """Where no context that serves something surely has one."""
    serving = [context for context in server.contexts if context.action in ("files", "proxy")]
    pages = [context.level.listed("error_page") for context in serving]
    if serving and not (server.silent or server.contexts.open) and not any(one.items or one.open for one in pages):
        yield Finding(server.span, f"`{server.subject}` answers errors with nginx's own pages")
