"""WebDAV without anybody who is kept out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Location

WRITES = frozenset(("PUT", "DELETE", "MKCOL", "COPY", "MOVE"))


def check(location: Location) -> Iterator[Finding]:
    """Methods that write, and neither access rules nor `limit_except`."""
    line = location.level.last("dav_methods")
    if line is None or location.dead or location.internal or location.server.loopback:
        return
    methods = sorted(WRITES.intersection(line.texts))
    if not methods or location.access.restricts or location.access.rules.open or guarded(location):
        return
    yield Finding(line.span, f"everybody may send {', '.join(methods)}")


def guarded(location: Location) -> bool:
    """Whether a block keeps writing methods from most, or a client certificate is asked for."""
    certificate = location.level.setting("ssl_verify_client")
    return location.level.has("limit_except") or not certificate.sure or certificate.known == "on"
