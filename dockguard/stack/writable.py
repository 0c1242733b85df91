"""Where a container can write although its root file system is read-only."""

from __future__ import annotations

from collections.abc import Iterable
from posixpath import normpath

from dockguard.record import dataclass
from dockguard.source import Span, Undecided
from dockguard.stack.pieces import Mount

_ALWAYS = ("/dev", "/proc", "/sys")  # file systems of their own in every container
_LINKS = (("/var/run", "/run"), ("/var/lock", "/run/lock"))  # as Debian, Alpine and Fedora have them


@dataclass(frozen=True, slots=True)
class Cover:
    """What a path of a container lies on: `writable`, `read-only`, or `root` for its root file system.

    `span` is the mount's place; the root file system has none.
    """

    kind: str
    span: Span | None = None


def plain(path: str) -> str:
    """A container path without the links and doubled slashes that name the same place."""
    found = normpath("/" + path.lstrip("/"))
    for link, target in _LINKS:
        if found == link or found.startswith(link + "/"):
            found = target + found[len(link) :]
    return found


def cover(path: str, mounts: Iterable[Mount], volumes: Iterable[str]) -> Cover:
    """What a path lies on: the deepest mount at it or above it; a volume that the image declares is one too.

    Raises Undecided where only the run time knows whether a mount can be written to, and where something is mounted
    below the path: what is written may all go there.
    """
    wanted = plain(path)
    if _holds(_ALWAYS, wanted):
        return Cover("writable")
    best, depth = Cover("root"), -1
    for volume in map(plain, volumes):
        if _under(wanted, volume) and len(volume) > depth:
            best, depth = Cover("writable"), len(volume)
    below: Mount | None = None
    for mount in mounts:
        target = plain(mount.target)
        if _under(wanted, target) and len(target) >= depth:
            best, depth = Cover("read-only" if bool(mount.read_only) else "writable", mount.span), len(target)
        elif _under(target, wanted) and mount.kind in ("bind", "volume", "tmpfs"):
            below = mount
    if best.kind != "writable" and below is not None and not bool(below.read_only):
        raise Undecided(f"what is written to `{path}` may go to `{below.target}`")
    return best


def _holds(folders: Iterable[str], path: str) -> bool:
    return any(_under(path, folder) for folder in folders)


def _under(path: str, folder: str) -> bool:
    return folder == "/" or path == folder or path.startswith(folder + "/")
