"""TLS responses go without Strict-Transport-Security."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Confidence, Finding, Note

if TYPE_CHECKING:
    from dockguard.api import Server


def check(server: Server) -> Iterator[Finding]:
    """One finding for a server, with the contexts that go without as notes."""
    if server.tls.known is not True or server.rejects_handshake:
        return
    found = server.responses_without("strict-transport-security")
    if not found:
        return
    doubt = all(context.proxied for context in found)
    names = server.listed(found)
    yield Finding(
        server.span,
        f"responses of `{server.subject}` go without Strict-Transport-Security for {names}",
        tuple(Note(context.span, "here") for context in found[:6] if context.span != server.span),
        confidence=Confidence.MEDIUM if doubt else None,
        why="the upstream may send it" if doubt else "",
    )
