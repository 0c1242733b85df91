"""Names in a stage without passwd file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dockguard.api import Finding


def check(stage: Any) -> Iterator[Finding]:
    """One finding for each name."""
    for name in stage.nameless:
        why = "has no passwd file" if stage.base.known == "scratch" else "has a passwd file without it"
        yield Finding(name.span, f"`{name.known}` cannot be looked up: {stage.subject} {why}")
