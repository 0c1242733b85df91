"""Secret mounts that end up in a layer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dockguard.api import Finding, Note


def check(instruction: Any) -> Iterator[Finding]:
    """One finding for each command that copies one."""
    for leak in instruction.persisted:
        message = f"the secret of `{leak.path}` is copied into the image"
        yield Finding(leak.span, message, (Note(leak.origin, "it is mounted here"),))
