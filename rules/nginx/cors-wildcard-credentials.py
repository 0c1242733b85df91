"""`*` together with credentials."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Note

if TYPE_CHECKING:
    from dockguard.api import Header, Location


def check(location: Location) -> Iterator[Finding]:
    """One finding at the origin's line of this very block."""
    origin, credentials = _find(location, "origin"), _find(location, "credentials")
    if origin is None or credentials is None or location.dead:
        return
    if origin.plain == "*" and credentials.plain == "true" and origin.directive.level is location.level:
        yield Finding(
            origin.span, "browsers refuse `*` for requests with cookies", (Note(credentials.span, "with cookies"),)
        )


def _find(location: Location, what: str) -> Header | None:
    name = f"access-control-allow-{what}"
    return next((header for header in location.headers if header.key == name), None)
