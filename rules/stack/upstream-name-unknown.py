"""Names of upstreams that nothing in the stack has, so that nginx stops when it starts."""

from __future__ import annotations

from collections.abc import Iterator

from dockguard.api import Confidence, Finding, Note, Upstream


def check(upstream: Upstream) -> Iterator[Finding]:
    """One finding for a host, at the first line that names it."""
    if not upstream.unknown:
        return
    first, *others = upstream.at_start
    meant = f"; did you mean `{upstream.suggestion}`?" if upstream.suggestion else ""
    message = (
        f"nginx in `{upstream.proxy.name}` does not start: nothing on its networks is called `{first.host}`{meant}"
    )
    notes = tuple(Note(route.span, "here too") for route in others[:5])
    joinable = upstream.proxy.container.joinable
    yield Finding(first.span, message, notes, confidence=Confidence.MEDIUM if joinable else None, why=joinable)
