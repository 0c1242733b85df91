"""Debuggers and development modes; of medium weight while only the project's own networks reach the service."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Severity

if TYPE_CHECKING:
    from dockguard.api import Switch


def check(switch: Switch) -> Iterator[Finding]:
    """By variable, option and command; what developers have for themselves only where others reach a debugger."""
    message = _message(switch)
    if not message or (switch.is_for_developers and not (switch.kind == "debugger" and switch.is_reachable)):
        return
    if switch.is_server:
        yield Finding(
            switch.span,
            message,
            severity=Severity.MEDIUM,
            why="it shows source and errors, and runs nothing that it is sent",
        )
    elif switch.is_reachable:
        yield Finding(switch.span, message)
    else:
        yield Finding(switch.span, message, severity=Severity.MEDIUM, why="no port of the service is open to others")


def _message(switch: Switch) -> str:
    service = f"service `{switch.service.name}`"
    if switch.kind == "debugger":
        return f"whoever connects to the debugger of {switch.product} in {service} runs code there"
    if switch.is_server:
        return f"{service} starts {switch.product} for developers: `{switch.name}`"
    development = switch.kind == "development"
    return f"`{switch.name}` sets the development mode of {switch.product} in {service}" if development else ""
