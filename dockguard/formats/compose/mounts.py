"""What is mounted into a service, and what the paths on both sides say: of the host, of its sockets, of its files."""

from __future__ import annotations

from posixpath import normpath
from typing import TYPE_CHECKING

from dockguard.formats.compose.text.scalars import go_text
from dockguard.formats.compose.text.tree import Value
from dockguard.formats.compose.view import View, as_bytes, fact, readable
from dockguard.lazy import cached_property, regex
from dockguard.record import dataclass
from dockguard.source import Fact, Span, absent

if TYPE_CHECKING:
    from dockguard.formats.compose.service import Service

_DRIVE_TARGET = regex(r"[A-Za-z]:/.*", 16)
_FILE = regex(r".*\.(?:conf|cnf|ini|toml|ya?ml|json|properties|xml|pem|crt|cer|key|htpasswd|cfg|types|template)")


@dataclass(frozen=True, eq=False)
class Mount(View):
    """Something mounted into a container: a volume, a bind, a tmpfs, or a config or secret."""

    service: Service | None = None
    volume: Value | None = None  # the top-level volume, config or secret that it names

    @property
    def span(self) -> Span:
        """The whole item."""
        return self.value.span

    @cached_property
    def type(self) -> Fact[str]:
        """`bind`, `volume`, `tmpfs`, `npipe`, `cluster`, `image`, `config` or `secret`."""
        if self.path[-2] in ("configs", "secrets"):
            return Fact(self.path[-2][:-1], self.span, self.value.via)
        return self._text("type")

    @cached_property
    def source(self) -> Fact[str]:
        """The host path as Docker Compose resolves it, or the volume's name; absent for an anonymous volume."""
        return self._text("source")

    @cached_property
    def target(self) -> Fact[str]:
        """The path in the container."""
        return self._text("target")

    @cached_property
    def read_only(self) -> Fact[bool]:
        """Whether the container cannot write to it: configs, secrets, and volumes mounted with `o: ro` never."""
        if self.path[-2] in ("configs", "secrets"):
            return Fact(True, self.span)
        own, options = self._bool("read_only"), _local_options(self.volume)
        device = options.map.get("o") if options is not None else None
        if own.value is True or device is None or "ro" not in readable(device).split(","):
            return own
        return Fact(True, device.place, device.via)

    @cached_property
    def propagation(self) -> Fact[str]:
        """`rprivate`, `private`, `rshared`, `shared`, `rslave`, `slave`."""
        return self._text("bind.propagation")

    @cached_property
    def selinux(self) -> Fact[str]:
        """`z` or `Z`: the host path is relabelled."""
        return self._text("bind.selinux")

    @cached_property
    def creates_host_path(self) -> Fact[bool]:
        """Whether a missing host path is made, owned by root."""
        return self._bool("bind.create_host_path")

    @cached_property
    def is_bind(self) -> bool:
        """Whether a path of the host appears in the container: a bind, a bind-backed volume, a config's file."""
        return self.host_path.written

    @cached_property
    def is_anonymous(self) -> bool:
        """Whether it is a volume without a name."""
        return self.type.value == "volume" and not self.source.written

    @cached_property
    def host_path(self) -> Fact[str]:
        """The path of the host, also behind a named volume (`driver_opts` with `o: bind`), a config or a secret."""
        if self.type.value in ("bind", "npipe"):
            return self.source
        if self.volume is None:
            return absent(self.span)
        return _backing(self.volume, self.span)

    @cached_property
    def written_path(self) -> str:
        """The host path as people write it, `${…}` included; empty where no path of the host is mounted."""
        value = self.value.get("source") if self.type.value in ("bind", "npipe") else _backing_value(self.volume)
        return readable(value)

    @cached_property
    def runtime_socket(self) -> Fact[str]:
        """The container runtime whose control socket it exposes: itself, or a folder that holds one."""
        path = self.host_path
        if not path.written:
            return absent(self.span)
        runtime = _runtime_of(self.written_path)
        if runtime is None:
            return Fact(path.value if not path.sure else None, path.span, path.via)
        return Fact(runtime, path.span, path.via)

    @cached_property
    def danger(self) -> Fact[str]:
        """What the container gains by the host path: `socket`, `root`, `secrets` or `host`."""
        from dockguard.common.paths import judge

        path = self.host_path
        if not path.written:
            return absent(self.span)
        verdict = judge(self.written_path, self.read_only.value is True)
        if verdict is None:
            return Fact(path.value if not path.sure else None, path.span, path.via)
        return Fact(verdict.danger.value, path.span, path.via)

    @cached_property
    def tmpfs_size(self) -> Fact[int]:
        """The size limit of a tmpfs, in bytes."""
        return self._fact("tmpfs.size", as_bytes)

    @property
    def is_of_system(self) -> bool:
        """Whether the host path belongs to the system or is somebody's home, judged as if it could be written."""
        from dockguard.common.paths import judge

        return bool(self.host_path.written) and judge(self.written_path) is not None

    @property
    def is_drive_letter(self) -> bool:
        """Whether it was meant as a named volume of one letter, which reads as a Windows drive.

        `v:/data`: compose-go's parser takes a letter before a colon for a drive, on Linux too (format/volume.go).
        """
        return self.is_anonymous and _DRIVE_TARGET.fullmatch(self.target.known or "") is not None

    @property
    def is_in_project(self) -> bool:
        """Whether the host path is the root of the project's repository, or lies below it; no link is followed."""
        project = self.service.project if self.service is not None else None
        path, root = self.host_path.known, (project.root.rstrip("/") if project is not None else "")
        return bool(path and root) and f"{normpath(path or '')}/".startswith(f"{root}/")

    @property
    def names_configuration(self) -> bool:
        """Whether a file of the host is mounted at the place of a configuration or a certificate.

        A file, by its name on both sides: folders may hold data that the program writes.
        """
        return bool(_FILE.fullmatch(self.written_path) and _FILE.fullmatch(self.target.known or ""))


def _runtime_of(path: str) -> str | None:
    """The container runtime whose socket a path is or holds; far above a socket only `/` and `/var` count."""
    from dockguard.common.paths import Danger, holds_runtime_socket, judge, normalize

    verdict = judge(path)
    is_near = verdict is not None and verdict.danger is Danger.SOCKET
    return holds_runtime_socket(path) if is_near or normalize(path) in ("/", "/var") else None


def _backing_value(volume: Value | None) -> Value | None:
    if volume is None:
        return None
    if "file" in volume.map:
        return volume.get("file")
    options = _local_options(volume)
    kind = readable(options.get("o")) if options is not None else ""
    return options.get("device") if options is not None and {"bind", "rbind"} & set(kind.split(",")) else None


def _local_options(volume: Value | None) -> Value | None:
    """What a volume says to Docker's own driver, which mounts `device` with the options in `o` (moby, volume/local)."""
    driver = volume.get("driver") if volume is not None else None
    is_local = driver is None or driver.data in (None, "", "local")
    return volume.get("driver_opts") if volume is not None and is_local else None


def _backing(volume: Value, where: Span) -> Fact[str]:
    value = _backing_value(volume)
    found = fact(value, where, go_text)
    return found if value is None else found.step(where, "mounted here")
