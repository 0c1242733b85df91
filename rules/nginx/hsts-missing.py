"""TLS responses go without Strict-Transport-Security."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Server


def check(server: Server) -> Iterator[Finding]:
    """One finding for a server, with the contexts that go without as notes."""
    if server.tls.known is not True or server.rejects_handshake:
        return iter(())
    found = server.responses_without("strict-transport-security")
    return server.lacking(found, "Strict-Transport-Security", "responses")
