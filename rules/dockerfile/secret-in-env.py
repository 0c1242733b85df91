"""ENV with a secret."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dockguard.api import Finding, Severity


def check(env: Any) -> Iterator[Finding]:
    """One finding for each variable; medium outside of the built image."""
    secret = env.secret
    if not secret.written:
        return
    taken = str(secret.value).startswith("$")
    what = "a build argument" if taken else "a secret"
    message = f"`ENV {env.name}` keeps {what} in the image's configuration"
    if env.is_final:
        yield Finding(secret.span, message)
    else:
        why = "its stage is not part of the built image; caches and the build's record keep it"
        yield Finding(secret.span, message, severity=Severity.MEDIUM, why=why)
