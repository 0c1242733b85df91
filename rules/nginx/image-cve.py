"""Flaws of the image's nginx that the configuration has the need of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Note, Severity

if TYPE_CHECKING:
    from dockguard.api import Advisory

LEVELS = {"medium": Severity.MEDIUM, "low": Severity.LOW}


def check(advisory: Advisory) -> Iterator[Finding]:
    """One finding for each need, with all flaws that share it."""
    first, *others = advisory.flaws
    more = f" and {len(others)} more" if others else ""
    listed = ", ".join(flaw.cve for flaw in advisory.flaws[:6])
    message = f"nginx {advisory.version} has {first.what}{more} ({listed}), repaired in {advisory.fixed}"
    notes = (Note(advisory.release.span, "the image's release"),)
    level = LEVELS.get(advisory.severity)
    yield Finding(advisory.span, message, notes, severity=level, why="nginx calls it so" if level is not None else "")
