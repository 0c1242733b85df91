"""Included files that the container surely lacks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Confidence, Finding

if TYPE_CHECKING:
    from dockguard.api import Site


def check(site: Site) -> Iterator[Finding]:
    """Each `include` of a single file that is nowhere; less sure below a folder of the repository."""
    for line, sure in site.absent_includes:
        yield Finding(
            line.words[0].span,
            f"`{line.text(0)}` is not in the container, and nginx refuses to start without it",
            confidence=None if sure else Confidence.MEDIUM,
            why="" if sure else "the folder that is mounted there may get it later",
        )
