"""Debuggers that an image starts with, with the ports that it announces for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Note

if TYPE_CHECKING:
    from dockguard.api import ImageSwitch


def check(switch: ImageSwitch) -> Iterator[Finding]:
    """Unless the image is for developers."""
    if not switch.is_for_developers:
        notes = tuple(Note(port.span, "EXPOSE announces its port") for port in switch.ports)
        message = f"whoever reaches the debugger of {switch.product} runs code in the container"
        yield Finding(switch.span, message, notes)
