"""Upstreams that get requests of any method."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Note

if TYPE_CHECKING:
    from dockguard.api import Location, Server

NAMES = frozenset(("if", "limit_except", "include"))


def check(server: Server) -> Iterator[Finding]:
    """One finding for a server, with the locations as notes."""
    if _asks(server.contexts.items[0]) or server.contexts.open:
        return
    found = [one for one in server.contexts if one.action == "proxy" and one.kind == "location" and not _asks(one)]
    if found:
        notes = tuple(Note(one.span, "here") for one in found[:6])
        yield Finding(server.span, f"`{server.subject}` passes requests of any method on", notes)


def _asks(location: Location) -> bool:
    """Whether the block limits methods, or may in a file that is not there."""
    if location.level.has("limit_except") or location.level.hidden(NAMES):
        return True
    return any("$request_method" in text for line in location.level.own.get("if", ()) for text in line.texts)
