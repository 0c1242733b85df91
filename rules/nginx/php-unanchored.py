"""PHP locations whose expression goes on behind the ending."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Location

ENDINGS = ("\\.php", "\\.(php)", "\\.php5?", "\\.php\\d?", ".php")


def check(location: Location) -> Iterator[Finding]:
    """Only expressions that end in the ending, and begin anywhere."""
    match = location.match
    if location.kind != "location" or match is None or not match.regex or location.dead:
        return
    if match.pattern.endswith(ENDINGS) and not match.pattern.startswith("^"):
        yield Finding(
            location.span, f"`{match.pattern}` also takes what goes on behind the ending, such as `/x.php.jpg`"
        )
