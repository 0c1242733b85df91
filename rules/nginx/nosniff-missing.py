"""Browsers may guess content types."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Confidence, Finding, Note

if TYPE_CHECKING:
    from dockguard.api import Server


def check(server: Server) -> Iterator[Finding]:
    """One finding for a server, with the contexts that go without as notes."""
    found = server.pages_without("x-content-type-options")
    if not found:
        return
    doubt = all(context.proxied for context in found)
    names = server.listed(found)
    yield Finding(
        server.span,
        f"pages of `{server.subject}` go without `X-Content-Type-Options: nosniff` for {names}",
        tuple(Note(context.span, "here") for context in found[:6] if context.span != server.span),
        confidence=Confidence.MEDIUM if doubt else None,
        why="the upstream may send it" if doubt else "",
    )
