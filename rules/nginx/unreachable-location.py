"""Locations that another one always beats."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Confidence, Finding, Note

if TYPE_CHECKING:
    from dockguard.api import Location

QUERY = re.compile(r"\\\?[\w]+=|\[\?\]\w+=")


def check(location: Location) -> Iterator[Finding]:
    """The place that takes the requests is a note."""
    if location.kind != "location":
        return
    if location.dead:
        by = location.dead_by
        notes = () if by is None else (Note(by, "this answers instead"),)
        yield Finding(location.span, f"no request gets here: {location.dead_because}", notes)
    elif location.modifier in ("~", "~*") and QUERY.search(location.path or ""):
        why = "a `%3F` in the path would match"
        yield Finding(
            location.span,
            "no ordinary request gets here: the query, from `?` on, is no part of what locations match",
            confidence=Confidence.MEDIUM,
            why=why,
        )
