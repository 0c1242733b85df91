"""The order of a server's locations."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from dockguard.api import Finding, Note

if TYPE_CHECKING:
    from dockguard.api import Server

RANKS = {"=": 0, "^~": 1, "~": 2, "~*": 2, "": 3, "@": 4}


def check(server: Server) -> Iterator[Finding]:
    """The first location of the server's own level that nginx tries before one above it."""
    found = [one for one in server.contexts if one.kind == "location" and one.outer is server.contexts.items[0]]
    for before, after in pairwise(found):
        if RANKS.get(after.modifier, 3) < RANKS.get(before.modifier, 3) and before.span.source is after.span.source:
            yield Finding(after.span, f"nginx tries {after} before {before}", (Note(before.span, "this one"),))
            return
