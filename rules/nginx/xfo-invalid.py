"""X-Frame-Options with a value that browsers do not know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Header


def check(header: Header) -> Iterator[Finding]:
    """Only constants are judged."""
    value = header.literal.known
    if value and value.strip().lower() not in ("deny", "sameorigin"):
        yield Finding(header.value.span, "browsers know `DENY` and `SAMEORIGIN` only")
