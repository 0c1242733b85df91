"""What node-exporter and cAdvisor need of the host, read-only: less bad than the same mounts elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import normpath
from typing import TYPE_CHECKING

from dockguard.api import Finding, Severity

if TYPE_CHECKING:
    from dockguard.api import Mounted

NODE = frozenset(("/", "/proc", "/sys", "/run/udev/data", "/etc/os-release", "/run/systemd/private"))
CADVISOR = frozenset(
    ("/", "/var/run", "/run", "/sys", "/var/lib/docker", "/dev/disk", "/etc/machine-id", "/var/run/docker.sock")
)
NEEDS = {"node-exporter": NODE, "node_exporter": NODE, "cadvisor": CADVISOR}


def check(mount: Mounted) -> Iterator[Finding]:
    """One finding for a mount that another rule would call dangerous."""
    service = mount.service
    name = (service.image.known or "").partition("@")[0].rpartition("/")[2].partition(":")[0] if service else ""
    path = mount.host_path.known
    if service is None or name not in NEEDS or not path or normpath(path) not in NEEDS[name] or service.is_built:
        return
    if not mount.read_only.known or not (mount.runtime_socket.known or mount.danger.known):
        return
    message = f"`{service.name}` reads `{mount.written_path}` of the host, as {name} is made to"
    if name != "cadvisor":
        if (service.user.known or "nobody").partition(":")[0] not in ("root", "0"):
            yield Finding(mount.span, message, severity=Severity.LOW, why="it runs as nobody")
        return
    socket = mount.runtime_socket.known
    user = (service.user.known or "root").partition(":")[0]
    if not socket:
        yield Finding(mount.span, message, severity=Severity.MEDIUM, why="no engine's socket lies there")
    elif user not in ("root", "0"):
        yield Finding(mount.span, message, severity=Severity.MEDIUM, why=f"it runs as {user}")
    else:
        yield Finding(mount.span, f"{message}; {_HOLDS.format(socket)}")


_HOLDS = "read-only or not, as root it controls the host by the socket of {} there"
