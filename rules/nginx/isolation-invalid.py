"""Values of the Cross-Origin-…-Policy headers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Header

VALUES = {
    "opener": ("same-origin", "same-origin-allow-popups", "noopener-allow-popups", "unsafe-none"),
    "embedder": ("require-corp", "credentialless", "unsafe-none"),
    "resource": ("same-origin", "same-site", "cross-origin"),
}


def check(header: Header) -> Iterator[Finding]:
    """A constant that is none of the header's values; parameters after `;` are left alone."""
    value = header.literal.known
    token = (value or "").partition(";")[0].strip()
    known = VALUES[header.key.split("-")[2]]
    if token and token not in known:
        yield Finding(header.value.span, f"browsers do not know `{token}` here, only {', '.join(known)}")
