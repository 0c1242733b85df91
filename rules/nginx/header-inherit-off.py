"""`add_header_inherit off` below blocks that set security headers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Note

if TYPE_CHECKING:
    from dockguard.api import Location


def check(location: Location) -> Iterator[Finding]:
    """One finding for a block, with the headers that it goes without as notes."""
    line = location.level.last("add_header_inherit")
    if line is None or line.text(0) != "off" or not location.responds:
        return
    here = {header.key for header in location.headers}
    lost = [header for header in location.outer_headers if header.security and header.key not in here]
    if lost:
        names = ", ".join(dict.fromkeys(f"`{header.name}`" for header in lost))
        yield Finding(
            line.span, f"responses go without {names}", tuple(Note(header.span, "set here") for header in lost)
        )
