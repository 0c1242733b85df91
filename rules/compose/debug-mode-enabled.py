"""Debuggers and development modes; of medium weight while only the project's own networks reach the service."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Severity

if TYPE_CHECKING:
    from dockguard.api import Switch


def check(switch: Switch) -> Iterator[Finding]:
    """By variable and by option."""
    service = f"service `{switch.service.name}`"
    if switch.kind == "debugger":
        message = f"whoever connects to the debugger of {switch.product} in {service} runs code there"
    elif switch.kind == "development":
        message = f"`{switch.name}` sets the development mode of {switch.product} in {service}"
    else:
        return
    if switch.is_reachable:
        yield Finding(switch.span, message)
    else:
        yield Finding(switch.span, message, severity=Severity.MEDIUM, why="no port of the service is open to others")
