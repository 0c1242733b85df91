"""TLS with upstreams that anybody can pretend to be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Severity, Undecided, Unknown

if TYPE_CHECKING:
    from dockguard.api import Hop


def check(hop: Hop) -> Iterator[Finding]:
    """Names outside weigh more than those of one's own network."""
    found = hop.unverified
    if isinstance(found.value, Unknown):
        raise Undecided(found.value.why)
    if not found.written or hop.location.dead:
        return
    message = f"nobody checks the certificate of `{found.known}`: `{hop.kind}_ssl_verify` is off"
    if hop.outside:
        yield Finding(found.span, message)
    else:
        yield Finding(found.span, message, severity=Severity.LOW, why="the name belongs to an own network")
