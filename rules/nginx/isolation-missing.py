"""Pages without the three Cross-Origin policies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Server

NAMES = ("Cross-Origin-Opener-Policy", "Cross-Origin-Embedder-Policy", "Cross-Origin-Resource-Policy")


def check(server: Server) -> Iterator[Finding]:
    """One finding for a server, with the headers that some of its pages lack."""
    lacking = [name for name in NAMES if server.pages_without(name.lower())]
    if lacking:
        yield Finding(server.span, f"pages of `{server.subject}` go without {', '.join(lacking)}")
