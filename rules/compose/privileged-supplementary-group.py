"""Supplementary groups with rights on the host; of low weight while nothing of the host is mounted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dockguard.api import Finding, Note, Severity

if TYPE_CHECKING:
    from dockguard.api import Service


def check(service: Service, options: Mapping[str, Any]) -> Iterator[Finding]:
    """Each group at its place; what makes it matter is a note."""
    places = [mount.span for mount in service.volumes if mount.is_bind] + [device.span for device in service.devices]
    for group in service.group_add:
        if group.known not in options["groups"]:
            continue
        notes = tuple(Note(place, "and this is of the host") for place in places[:3])
        message = f"service `{service.name}` is in group `{group.known}`, which owns things of the host"
        if places:
            yield Finding(group.span, message, notes)
        else:
            yield Finding(group.span, message, severity=Severity.LOW, why="nothing of the host is mounted")
