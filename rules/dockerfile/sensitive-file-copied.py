"""COPY of files that hold credentials."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dockguard.api import Finding, Severity


def check(copy: Any) -> Iterator[Finding]:
    """One finding for each source; medium in stages that are not part of the built image."""
    what = copy.sensitive.known
    if not what:
        return
    message = f"`{copy.source.known}` looks like {what}, and everybody who pulls the image has it"
    if copy.is_final:
        yield Finding(copy.span, message)
    else:
        why = "its stage is not part of the built image; caches keep it"
        yield Finding(copy.span, message, severity=Severity.MEDIUM, why=why)
