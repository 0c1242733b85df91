"""Ports of upstreams that nothing in the upstream's container listens on."""

from __future__ import annotations

from collections.abc import Iterator

from dockguard.api import Confidence, Finding, Note, Upstream, serving


def check(upstream: Upstream) -> Iterator[Finding]:
    """One finding for each port of a host; only where a single container answers."""
    if len(upstream.targets) != 1:
        return
    found = serving(upstream.targets[0], upstream.stack)
    seen: set[int] = set()
    for route in upstream.routes:
        if route.port is None or route.port in seen or not found.lacks(route.port):
            continue
        seen.add(route.port)
        message = f"nothing listens on port {route.port} of `{upstream.targets[0].name}`: {found.evidence}"
        notes = (Note(found.span, "the ports are named here"),)
        if found.certain:
            yield Finding(route.span, message, notes)
        elif not found.proxied:
            why = "its program may listen elsewhere"
            yield Finding(route.span, message, notes, confidence=Confidence.MEDIUM, why=why)
