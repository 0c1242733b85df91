"""Carriage returns before line feeds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Span

if TYPE_CHECKING:
    from dockguard.api import Text


def check(text: Text) -> Iterator[Finding]:
    """One finding for a file, at the first of them."""
    found = text.crlf
    if found:
        lines = "1 line ends" if len(found) == 1 else f"{len(found)} lines end"
        yield Finding(Span(text.span.source, found[0], found[0] + 1), f"{lines} with \\r\\n")
