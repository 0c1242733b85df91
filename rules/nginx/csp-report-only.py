"""Pages whose only Content-Security-Policy reports."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Server


def check(server: Server) -> Iterator[Finding]:
    """One finding for each header that is all that pages have."""
    spans = []
    for page in server.pages_without("content-security-policy"):
        header = page.header("content-security-policy-report-only").known
        if header is not None and header.span not in spans:
            spans.append(header.span)
    for span in spans:
        yield Finding(span, "a report-only policy stops nothing, and the pages have no other")
