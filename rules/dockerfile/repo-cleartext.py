"""Package indexes that are asked over http."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Severity

if TYPE_CHECKING:
    from dockguard.api import ClearIndex


def check(index: ClearIndex) -> Iterator[Finding]:
    """Less where signatures are verified: then the network can only look on, and hold back what is new."""
    if index.is_signed:
        message = f"packages come from `{index.address}`: anybody on the way sees them, and can hold back new ones"
        yield Finding(index.span, message, severity=Severity.LOW, why="the packages are signed")
    else:
        yield Finding(index.span, f"packages come from `{index.address}`: anybody on the way can change them")
