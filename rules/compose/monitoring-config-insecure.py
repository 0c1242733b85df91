"""Passwords in the files of the monitoring, and data that it sends to others without TLS, or unchecked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Severity

if TYPE_CHECKING:
    from dockguard.api import Weakness


def check(monitoring: Weakness) -> Iterator[Finding]:
    """One finding for a line."""
    program, where = monitoring.program, monitoring.span
    if monitoring.kind == "secret":
        yield Finding(where, f"`{monitoring.key}` in the configuration of {program} is in plain text")
    elif monitoring.kind == "unverified":
        message = f"{program} does not check whom it talks to: its TLS protects against nobody on the way"
        yield Finding(where, message, severity=Severity.MEDIUM, why="somebody must be on the way")
    elif monitoring.with_password:
        yield Finding(where, f"{program} sends a password to `{monitoring.host}` in clear")
    else:
        message = f"the data of {program} goes to or comes from `{monitoring.host}` in clear"
        yield Finding(where, message, severity=Severity.MEDIUM, why="no password goes with it")
