"""Named volumes and folders of the host that two services can write to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Note

if TYPE_CHECKING:
    from dockguard.api import Mounted, Service


def check(service: Service) -> Iterator[Finding]:
    """The later service, with a note at the earlier."""
    earlier: dict[str, tuple[str, Mounted]] = {}
    for other in service.project.services if service.project else ():
        if other.name == service.name:
            break
        earlier.update({mount.source.known or "": (other.name, mount) for mount in other.volumes if _writes(mount)})
    for mount in service.volumes:
        name, found = earlier.get(mount.source.known or "", ("", None))
        if found is not None and _writes(mount):
            what = f"the volume `{mount.source.known}`" if mount.type.known == "volume" else "this folder of the host"
            message = f"`{service.name}` and `{name}` both write to {what}"
            yield Finding(mount.span, message, (Note(found.span, "and it is mounted here too"),))


def _writes(mount: Mounted) -> bool:
    """What belongs to the host's system is the matter of rules that weigh more."""
    is_bind = mount.type.known == "bind" and not mount.is_of_system and not mount.names_configuration
    return (is_bind or mount.type.known == "volume") and bool(mount.source.known) and not mount.read_only.known
