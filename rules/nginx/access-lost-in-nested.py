"""Locations that lost the `limit_except` of the one around them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Note

if TYPE_CHECKING:
    from dockguard.api import Location


def check(nested: Location) -> Iterator[Finding]:
    """Those that pass requests on, or run something; files take no other methods than GET and HEAD."""
    outer = nested.outer
    if outer is None or nested.dead:
        return
    line = outer.level.last("limit_except")
    own = nested.level
    if line is None or own.has("limit_except") or own.gaps or nested.action != "proxy" or nested.access.closed:
        return
    message = f"`{nested.path}` takes every method: `limit_except` around it is not inherited"
    yield Finding(nested.span, message, (Note(line.span, "only for what this location answers itself"),))
