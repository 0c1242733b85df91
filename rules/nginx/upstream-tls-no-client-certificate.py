"""Upstreams that speak TLS and get no certificate of nginx's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Hop


def check(hop: Hop) -> Iterator[Finding]:
    """Where none is surely set; a service outside identifies its clients otherwise."""
    name = f"{hop.kind}_ssl_certificate"
    found = hop.line.level.setting(name)
    if hop.tls and found.sure and not found.written and not (hop.outside or hop.location.dead):
        yield Finding(hop.address.span, f"the upstream cannot tell nginx from others: there is no `{name}`")
