"""Compressed pages of upstreams over TLS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Location


def check(location: Location) -> Iterator[Finding]:
    """At the `gzip on` that counts for an upstream's pages."""
    gzip = location.level.setting("gzip")
    pages = location.action == "proxy" and location.document and location.kind == "location"
    if gzip.known == "on" and pages and location.server.tls.known:
        yield Finding(gzip.span, f"pages of {location.label} are compressed, and may hold secrets")
