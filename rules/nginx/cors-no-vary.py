"""An origin out of the request without `Vary`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Header, Location


def check(location: Location) -> Iterator[Finding]:
    """At the origin's line of this very block."""
    for header in location.headers:
        ours = header.key == "access-control-allow-origin" and header.directive.level is location.level
        if ours and _by_origin(header) and not _varies(location):
            yield Finding(header.span, "without `Vary: Origin` caches give one site the answer for another")
            return


def _by_origin(header: Header) -> bool:
    """Whether the request's origin decides on the value."""
    texts = [choice.text for choice in header.choices] + [header.mapped_by[0], header.value.known or ""]
    return any("http_origin" in text.lower() for text in texts)


def _varies(location: Location) -> bool:
    names = (header for header in location.headers if header.key == "vary")
    return any(
        "origin" in (header.value.known or "$").lower() or "$" in (header.value.known or "$") for header in names
    )
