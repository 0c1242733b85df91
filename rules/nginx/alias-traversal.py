"""`alias` that lets `..` through."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Note

if TYPE_CHECKING:
    from dockguard.api import Location


def check(location: Location) -> Iterator[Finding]:
    """Prefixes without a slash at the end, and captures that may begin with dots."""
    alias, match = location.level.last("alias"), location.match
    if alias is None or match is None or location.kind != "location" or location.dead:
        return
    capture = location.climbing_alias
    if match.prefix and not match.pattern.endswith("/"):
        message = f"whoever asks for `{match.pattern}../` gets files from outside of `{alias.text(0)}`"
        yield Finding(alias.span, message, (Note(location.span, "no slash at the end"),))
    elif capture.known is not None:
        yield Finding(alias.span, f"what {capture.known}", (Note(location.span, "captured here"),))
