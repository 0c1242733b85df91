"""`expires` beside a Cache-Control that says otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Note

if TYPE_CHECKING:
    from dockguard.api import Location

AGE = re.compile(r"\bmax-age\s*=\s*\"?(\d{1,12})", re.I)
NOT_KEPT = re.compile(r"\bno-(?:store|cache)\b", re.I)
UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "M": 2592000, "y": 31536000}


def check(location: Location) -> Iterator[Finding]:
    """At the header of this block, or at its `expires`; where both are another block's that one tells."""
    expires = location.level.setting("expires")
    seconds = _seconds(expires.known or "")
    if not seconds or location.dead:
        return
    for header in location.headers:
        value = header.literal.known or ""
        age = AGE.search(value)
        disagrees = NOT_KEPT.search(value) or (age is not None and int(age[1]) != seconds)
        own = header.directive.level is location.level or location.level.has("expires")
        if header.key == "cache-control" and disagrees and own:
            note = Note(expires.span, f"this says max-age={seconds}")
            yield Finding(header.span, "a second Cache-Control, and it disagrees with the first", (note,))
            return


def _seconds(text: str) -> int:
    """The age that `expires` gives; 0 for none, for the past, and for what only the request decides."""
    match = re.fullmatch(r"(\d{1,9})([smhdwMy]?)", text)
    return int(match[1]) * UNITS[match[2]] if match else 0
