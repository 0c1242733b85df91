"""The server's order of ciphers, where it never gives way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Directive


def check(directive: Directive) -> Iterator[Finding]:
    """`on`, unless OpenSSL is told to put ChaCha20 first for clients that do."""
    if directive.text(0) != "on":
        return
    commands = directive.level.listed("ssl_conf_command")
    if any("PrioritizeChaCha" in line.text(1).split(",") for line in commands):
        return
    yield Finding(directive.span, "clients know better which cipher is fast for them, and are not asked")
