"""Programs that update or watch all containers with the engine's socket in their hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dockguard.api import Finding, Note, Severity

if TYPE_CHECKING:
    from dockguard.api import Service


def check(service: Service, options: Mapping[str, Any]) -> Iterator[Finding]:
    """By the image's name, where the socket is mounted."""
    name = (service.image.known or "").partition("@")[0].rpartition("/")[2].partition(":")[0]
    mount = next((mount for mount in service.mounts if mount.runtime_socket.known), None)
    if mount is None:
        return
    notes = (Note(mount.span, "with this it controls the engine"),)
    if name in options["updaters"]:
        message = f"`{service.name}` pulls and starts new images by itself: whoever can push one has the machine"
        yield Finding(service.image.span, message, notes)
    elif name in options["agents"]:
        message = f"`{service.name}` only reads what the engine does, and can do everything: a socket proxy is enough"
        yield Finding(service.image.span, message, notes, severity=Severity.LOW, why="it changes nothing by itself")
