"""Pages may be framed by other sites."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Server


def check(server: Server) -> Iterator[Finding]:
    """One finding for a server, with the contexts that go without as notes."""
    found = [page for page in server.pages_without("x-frame-options") if not page.framing.written]
    return server.lacking(found, "X-Frame-Options and `frame-ancestors`")
