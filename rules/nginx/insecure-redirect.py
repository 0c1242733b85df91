"""Redirects from TLS to plain HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Directive

CLEAR = re.compile(r"http://(?!(?:localhost|127\.|\[::1\]))", re.I)
REDIRECTS = ("301", "302", "303", "307", "308")


def check(directive: Directive) -> Iterator[Finding]:
    """An absolute target without TLS, in a server whose sockets all speak it."""
    index = 0 if directive.name == "return" and len(directive.words) == 1 else 1
    word = directive.words[index] if index < len(directive.words) else None
    if word is None or word.opaque or not CLEAR.match(word.text):
        return
    if directive.name == "return" and index == 1 and directive.text(0) not in REDIRECTS:
        return
    if _only_tls(directive):
        yield Finding(word.span, "this sends visitors from TLS to plain HTTP")


def _only_tls(directive: Directive) -> bool:
    """Whether every `listen` of the server around says `ssl`; the file alone does not tell of other servers' lines."""
    server = next((level for level in directive.level.chain if level.context == "server"), None)
    lines = server.own.get("listen", ()) if server is not None else ()
    return bool(lines) and all("ssl" in line.texts or "quic" in line.texts for line in lines)
