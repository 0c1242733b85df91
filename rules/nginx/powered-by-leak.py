"""Upstreams' `X-Powered-By`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Location

KINDS = ("proxy", "fastcgi", "uwsgi", "scgi")


def check(location: Location) -> Iterator[Finding]:
    """At the handler's line, where neither nginx nor headers-more surely takes it away."""
    kind = location.handler.removesuffix("_pass")
    if kind not in KINDS or location.action != "proxy" or location.kind != "location":
        return
    hidden = location.level.listed(f"{kind}_hide_header")
    gone = any(line.text(0).lower() == "x-powered-by" for line in hidden)
    if not gone and not hidden.open and not location.cleared("x-powered-by"):
        yield Finding(location.upstream.span, "an `X-Powered-By` of the upstream goes out to everybody")
