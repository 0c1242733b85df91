"""Settings that let everybody in; of medium weight while only the project's own networks reach the service."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Severity

if TYPE_CHECKING:
    from dockguard.api import Switch


def check(switch: Switch) -> Iterator[Finding]:
    """By variable, option and label."""
    if switch.kind != "no-auth":
        return
    message = f"`{switch.name}` switches off the authentication of {switch.product} in service `{switch.service.name}`"
    if switch.is_reachable:
        yield Finding(switch.span, f"{message}, which other machines reach")
    else:
        yield Finding(switch.span, message, severity=Severity.MEDIUM, why="no port of the service is open to others")
