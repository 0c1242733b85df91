"""`try_files` and `proxy_pass` in one location."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Note

if TYPE_CHECKING:
    from dockguard.api import Directive


def check(directive: Directive) -> Iterator[Finding]:
    """At the `try_files`, with the proxy as a note."""
    proxy = directive.level.last("proxy_pass")
    if proxy is not None:
        yield Finding(
            directive.span, "what it finds is not served, but asked of the proxy", (Note(proxy.span, "here"),)
        )
