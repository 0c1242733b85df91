"""Mounts beyond named volumes, tmpfs, configs, secrets, and read-only paths of the project."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dockguard.api import Finding, Note, Undecided

if TYPE_CHECKING:
    from dockguard.api import Mounted


def check(mount: Mounted, options: Mapping[str, Any]) -> Iterator[Finding]:
    """Raises Undecided for a mount of which only the run time knows the kind, the path or the mode."""
    kind, service = mount.type.known or "", mount.service.name if mount.service else ""
    if not kind:
        raise Undecided(f"what service `{service}` mounts at `{mount.target.known}` is an unset variable")
    notes = tuple(Note(step.span, step.how) for step in mount.value.via or ())
    if kind == "bind":
        if not mount.read_only:
            yield Finding(mount.span, f"service `{service}` can write to `{mount.written_path}` of the host", notes)
        elif mount.host_path and not mount.is_in_project:
            what = f"sees `{mount.written_path}` of the host, which is not in the project"
            yield Finding(mount.span, f"service `{service}` {what}", notes)
    elif kind == "volume" and mount.host_path.written:
        what = f"volume `{mount.source.known}` of service `{service}` is `{mount.written_path}` of the host"
        yield Finding(mount.span, what, (*notes, Note(mount.host_path.span, "this path of the host")))
    elif kind not in options["types"]:
        yield Finding(mount.span, f"service `{service}` has a mount of type `{kind}`", notes)
