"""Addresses and `localhost` as sources."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Policy

ADDRESS = re.compile(r"(?:\w+://)?(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:]+\]|localhost)(?=[:/]|$)", re.I)


def check(policy: Policy) -> Iterator[Finding]:
    """The first one; reports may go anywhere."""
    for rule in policy.rules:
        for item in rule.sources:
            if ADDRESS.match(item.text) and not rule.key.startswith("report"):
                yield Finding(item.span, f"`{item.text}` is an address, or this machine")
                return
