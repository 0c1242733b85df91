"""Upstreams' `X-Powered-By`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Note

if TYPE_CHECKING:
    from dockguard.api import Location, Server

KINDS = ("proxy", "fastcgi", "uwsgi", "scgi")


def check(server: Server) -> Iterator[Finding]:
    """One finding for a server, with the upstreams whose header goes out as notes."""
    found = [one for one in server.contexts if _leaks(one)]
    if found:
        names = server.listed(found)
        notes = tuple(Note(one.upstream.span, "of this upstream") for one in found[:6])
        yield Finding(server.span, f"an `X-Powered-By` of the upstream goes out to everybody from {names}", notes)


def _leaks(location: Location) -> bool:
    """Whether neither nginx nor headers-more takes it away, and nobody else may."""
    kind = location.handler.removesuffix("_pass")
    if kind not in KINDS or location.action != "proxy" or location.kind != "location":
        return False
    hidden = location.level.listed(f"{kind}_hide_header")
    gone = any(line.text(0).lower() == "x-powered-by" for line in hidden)
    return not gone and not hidden.open and not location.cleared("x-powered-by")
