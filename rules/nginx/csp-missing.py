"""Pages go without a Content-Security-Policy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Server

REPORTED = "content-security-policy-report-only"


def check(server: Server) -> Iterator[Finding]:
    """One finding for a server, with the contexts that go without as notes."""
    found = [page for page in server.pages_without("content-security-policy") if page.lacks(REPORTED)]
    return server.lacking(found, "a Content-Security-Policy")
