"""Upstreams that exist on networks which the proxy is not on, so that nginx stops when it starts."""

from __future__ import annotations

from collections.abc import Iterator

from dockguard.api import Finding, Note, Upstream


def check(upstream: Upstream) -> Iterator[Finding]:
    """One finding for a host, at the first line that names it, with the containers that have the name."""
    if not upstream.apart:
        return
    first = upstream.at_start[0]
    message = f"nginx in `{upstream.proxy.name}` does not start: it does not find `{first.host}`, {upstream.answer.why}"
    others = (Note(one.span, f"`{one.name}` has this name elsewhere") for one in upstream.answer.of[:5])
    yield Finding(first.span, message, tuple(others))
