"""Ranges of trusted proxies that hold everybody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Directive

MOST = 4  # bits of a prefix that no network in front of a site has: 1/16 of all addresses


def check(directive: Directive) -> Iterator[Finding]:
    """Prefixes of a few bits."""
    address, slash, bits = directive.text(0).partition("/")
    if slash and bits.isdecimal() and len(bits) < 4 and int(bits) <= MOST and set(address) <= set("0123456789abcdef.:"):
        yield Finding(
            directive.span, f"`{directive.text(0)}` holds clients too, and each chooses its address by a header"
        )
