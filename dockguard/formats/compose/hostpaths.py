"""What the paths of a mount say: of the host's system, of a drive letter, of a configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockguard.lazy import regex

if TYPE_CHECKING:
    from dockguard.formats.compose.parts import Mount

_DRIVE_TARGET = regex(r"[A-Za-z]:/.*", 16)
_FILE = regex(r".*\.(?:conf|cnf|ini|toml|ya?ml|json|properties|xml|pem|crt|cer|key|htpasswd|cfg|types|template)")


def runtime_of(path: str) -> str | None:
    """The container runtime whose socket a path is or holds; far above a socket only `/` and `/var` count."""
    from dockguard.common.paths import Danger, holds_runtime_socket, judge, normalize

    verdict = judge(path)
    is_near = verdict is not None and verdict.danger is Danger.SOCKET
    return holds_runtime_socket(path) if is_near or normalize(path) in ("/", "/var") else None


def is_of_system(mount: Mount) -> bool:
    """Whether the host path is a folder of the system or somebody's home, judged as if it could be written."""
    from dockguard.common.paths import judge

    return bool(mount.host_path.written) and judge(mount.written_path) is not None


def is_in_project(mount: Mount) -> bool:
    """Whether the host path is the root of the repository, or lies below it; no link is followed."""
    from posixpath import normpath

    project = mount.service.project if mount.service is not None else None
    path, root = mount.host_path.known, (project.root.rstrip("/") if project is not None else "")
    return bool(path and root) and f"{normpath(path or '')}/".startswith(f"{root}/")


def is_drive_letter(mount: Mount) -> bool:
    """`v:/data`: compose-go's parser takes a letter before a colon for a drive, on Linux too (format/volume.go)."""
    return mount.is_anonymous and _DRIVE_TARGET.fullmatch(mount.target.known or "") is not None


def names_configuration(mount: Mount) -> bool:
    """A file, by its name on both sides: folders may hold data that the program writes."""
    source, target = mount.written_path, mount.target.known or ""
    return bool(_FILE.fullmatch(source) and _FILE.fullmatch(target))
