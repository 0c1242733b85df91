"""`alias` without the slash that its location ends with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Location


def check(location: Location) -> Iterator[Finding]:
    """Plain prefixes only."""
    alias, match = location.level.last("alias"), location.match
    if alias is None or match is None or location.kind != "location" or not match.prefix:
        return
    path = alias.text(0)
    if match.pattern.endswith("/") and not path.endswith("/") and "$" not in path:
        yield Finding(alias.span, f"`{match.pattern}x` becomes `{path}x`: a slash is missing at the end")
