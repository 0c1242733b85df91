"""`ssl_protocols` that the socket's default server overrules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Confidence, Finding, Note

if TYPE_CHECKING:
    from dockguard.api import Tls


def check(tls: Tls) -> Iterator[Finding]:
    """Where the default server of one of its sockets has other versions, or none of its own."""
    own = tls.ignored_protocols
    if own.known is None:
        return
    counting = f"`{tls.leader_protocols}`" if tls.leader_protocols else "what nginx takes by default"
    yield Finding(
        own.span,
        f"ignored before nginx 1.29.2: `{tls.protocols_leader}` is its socket's default, and {counting} counts",
        tuple(Note(leader.span, "the default server of the socket") for leader in tls.leaders),
        confidence=None if tls.leader_sure else Confidence.MEDIUM,
        why="" if tls.leader_sure else "the release of nginx is not known",
    )
