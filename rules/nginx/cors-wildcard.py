"""`Access-Control-Allow-Origin: *` on pages and APIs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Location


def check(location: Location) -> Iterator[Finding]:
    """At the line of this very block, unless it only serves parts of pages."""
    if location.asset or location.dead or location.action == "none":
        return
    for header in location.headers:
        if header.key == "access-control-allow-origin" and header.plain == "*":
            if header.directive.level is location.level:
                yield Finding(header.span, "scripts of every site may read the answers")
            return
