"""Secrets and state of the host in a container; less bad where an image is made to watch the host, read-only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dockguard.api import Finding, Note, Severity

if TYPE_CHECKING:
    from dockguard.api import Mounted

_WHAT = {"secrets": "secrets of the host", "host": "the host's state"}


def check(mount: Mounted, options: Mapping[str, Any]) -> Iterator[Finding]:
    """Speaks of paths that neither hold a socket nor are writable to become root."""
    what = _WHAT.get(mount.danger.known or "")
    if what is None or mount.runtime_socket.known or mount.service is None:
        return
    path = (mount.host_path.known or "").rstrip("/")
    if any(path == folder or path.startswith(f"{folder}/") for folder in options["data"]):
        return
    writes = "" if mount.read_only.known else ", and can write there"
    message = f"service `{mount.service.name}` sees {what} in `{mount.written_path}`{writes}"
    notes = tuple(Note(step.span, step.how) for step in mount.value.via or ())
    if mount.read_only.known and ("monitoring" in mount.service.purposes or path.startswith("/var/log")):
        why = "it is what one mounts to watch the host"
        yield Finding(mount.span, message, notes, severity=Severity.MEDIUM, why=why)
    else:
        yield Finding(mount.span, message, notes)
