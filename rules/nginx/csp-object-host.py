"""Hosts in `object-src`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Policy


def check(policy: Policy) -> Iterator[Finding]:
    """The first host of an `object-src` that is written."""
    for rule in policy.rules:
        if rule.key == "object-src" and not rule.repeated:
            host = next((item for item in rule.sources if not item.text.startswith("'") and "$" not in item.text), None)
            if host is not None:
                yield Finding(host.span, f"plug-ins of `{host.text}` may be loaded")
