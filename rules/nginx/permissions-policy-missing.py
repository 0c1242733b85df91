"""Pages without a Permissions-Policy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Note

if TYPE_CHECKING:
    from dockguard.api import Server


def check(server: Server) -> Iterator[Finding]:
    """One finding for a server, with the contexts that go without as notes."""
    found = server.pages_without("permissions-policy")
    if found:
        names = server.listed(found)
        message = f"pages of `{server.subject}` go without a Permissions-Policy for {names}"
        notes = (Note(context.span, "here") for context in found[:6] if context.span != server.span)
        yield Finding(server.span, message, tuple(notes))
