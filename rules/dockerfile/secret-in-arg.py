"""ARG whose name announces a secret."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dockguard.api import Finding, Severity


def check(env: Any) -> Iterator[Finding]:
    """One finding for each argument; medium in stages that are not part of the built image."""
    secret = env.argued_secret
    if not secret.written:
        return
    message = f"the value of `ARG {secret.known}` stays in the image's history"
    if env.is_final or env.is_global:
        yield Finding(secret.span, message)
    else:
        why = "its stage is not part of the built image; caches and the build's record keep it"
        yield Finding(secret.span, message, severity=Severity.MEDIUM, why=why)
