"""Suites of TLS 1.3 that OpenSSL leaves out by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Directive

WEAK = {
    "TLS_AES_128_CCM_8_SHA256": "proves each record with 64 bits only",
    "TLS_SHA256_SHA256": "does not encrypt",
    "TLS_SHA384_SHA384": "does not encrypt",
}


def check(directive: Directive) -> Iterator[Finding]:
    """Each one of the list, at its name."""
    if directive.text(0).lower() != "ciphersuites" or len(directive.words) < 2 or directive.words[1].opaque:
        return
    at = 0
    for name in directive.text(1).split(":"):
        if name in WEAK:
            yield Finding(directive.words[1].part(at, at + len(name)), f"`{name}` {WEAK[name]}")
        at += len(name) + 1
