"""`proxy_buffering off` without anything that is proxied."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Directive


def check(directive: Directive) -> Iterator[Finding]:
    """Where no block inside, nor the location around, sends requests on."""
    level = directive.level
    around = next((one for one in level.chain if one.context == "location"), level)
    proxied = any(one.has("proxy_pass") for one in around.walk())
    if directive.text(0).lower() == "off" and not proxied:
        yield Finding(directive.span, "answers that are proxied below this are sent on as they come")
