"""Restart policies other than `on-failure` with five attempts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Service


def check(service: Service) -> Iterator[Finding]:
    """A service that says nothing is not restarted, so nothing is unlimited."""
    own, attempts = service.restart, service.restart_attempts
    if own.known is not None and own.known not in ("no", "on-failure:5"):
        yield Finding(own.span, f"service `{service.name}` restarts by `{own.known}`, not `on-failure:5`")
    elif attempts.known is not None and attempts.known != 5:
        yield Finding(attempts.span, f"service `{service.name}` is started again {attempts.known} times, not 5")
