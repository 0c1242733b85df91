"""CORS that reflects any origin, with credentials."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Note

if TYPE_CHECKING:
    from dockguard.api import Location


def check(location: Location) -> Iterator[Finding]:
    """The origin as it came, or `null`, and `true` beside it."""
    if location.dead or not any(header.key == ORIGIN for header in location.own_headers):
        return
    origin = next((header for header in location.headers if header.key == ORIGIN), None)
    if origin is None or not (
        origin.reflects_origin or origin.value.known in ("$http_origin", "${http_origin}", "null")
    ):
        return
    for header in location.headers:
        if header.key == "access-control-allow-credentials" and header.value.known == "true":
            yield Finding(origin.span, "any site may read answers as the user", (Note(header.span, "with cookies"),))


ORIGIN = "access-control-allow-origin"
