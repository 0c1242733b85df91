"""`server_tokens on` around servers that are in other files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Directive

SHOWN = ("on", "build")


def check(directive: Directive) -> Iterator[Finding]:
    """Of `http`, where no server is in view that it would be told at."""
    level = directive.level
    servers = any(child.context == "server" for child in level.children)
    if level.context == "http" and directive.text(0) in SHOWN and not servers:
        yield Finding(directive.span, "responses of every server name nginx's version")
