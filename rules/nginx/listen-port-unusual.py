"""Ports outside of a list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Server


def check(server: Server, options: Mapping[str, Any]) -> Iterator[Finding]:
    """At each `listen` of its own."""
    for listen in server.listens:
        if not listen.loopback and listen.port not in options["ports"]:
            yield Finding(listen.span, f"port {listen.port} is not among those that nginx is meant to listen on")
