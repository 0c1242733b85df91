"""Names of stages that are not in lower case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dockguard.api import Finding


def check(stage: Any) -> Iterator[Finding]:
    """The name as it is written."""
    words = stage.node.words
    if stage.name and words[-1].text != stage.name:
        yield Finding(words[-1].span, f"the build knows the stage `{words[-1].text}` as `{stage.name}`")
