"""Cipher strings that let broken ciphers in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Ciphers


def check(ciphers: Ciphers) -> Iterator[Finding]:
    """One finding for a string, at the first word that lets one in; the others as words."""
    words = list(ciphers.broken)
    if words:
        more = f" (and {len(words) - 1} more)" if len(words) > 1 else ""
        yield Finding(words[0].span, f"`{words[0].known}`{more} lets in what is broken")
