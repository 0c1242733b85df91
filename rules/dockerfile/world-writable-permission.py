"""Modes that let everybody write."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dockguard.api import Finding


def check(instruction: Any) -> Iterator[Finding]:
    """One finding for each command, and for a `--chmod`; stages that are thrown away do not matter."""
    if not instruction.is_final:
        return
    for command in instruction.commands:
        if command.world_writable:
            yield Finding(command.span, f"mode `{command.world_writable}` lets everybody in the container write")
    for copy in instruction.copies:
        if copy.world_writable:
            yield Finding(copy.mode.span, f"mode `{copy.world_writable}` lets everybody in the container write")
            return
