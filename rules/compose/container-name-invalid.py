"""Container names that the engine refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Note

if TYPE_CHECKING:
    from dockguard.api import Service

_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")  # moby, daemon/names: RestrictedNamePattern


def check(service: Service) -> Iterator[Finding]:
    """Silent on names that hold an unset variable."""
    name = service.container_name
    if name.known is not None and not _NAME.fullmatch(name.known):
        notes = tuple(Note(step.span, step.how) for step in name.via or ())
        yield Finding(name.span, f"`{name.known}` is no container name: service `{service.name}` never starts", notes)
