"""Pages go without a Referrer-Policy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Server


def check(server: Server) -> Iterator[Finding]:
    """One finding for a server, with the contexts that go without as notes."""
    return server.lacking(server.pages_without("referrer-policy"), "a Referrer-Policy")
