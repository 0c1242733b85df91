"""Where an instruction reaches: paths that stand on nothing, the system's own folders, the runtime's socket."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import normpath
from typing import TYPE_CHECKING

from dockguard.lazy import cached_property, regex
from dockguard.record import dataclass
from dockguard.source import Fact, Span

if TYPE_CHECKING:
    from dockguard.formats.dockerfile.model import Step

_DRIVE = regex(r"""["']?[A-Za-z]:""")
_MAX_VOLUMES = 100  # of one image that writes are compared with
_KERNEL = ("/proc", "/sys", "/dev", "/boot")
_SYSTEM = ("/", "//", "/etc", "/bin", "/sbin", "/lib", "/usr", *_KERNEL)


@dataclass(eq=False)
class Places:
    """The paths that one instruction names, where they are doubtful."""

    step: Step

    @cached_property
    def relative_workdir(self) -> Fact[str]:
        """Its relative path, when it is a WORKDIR that stands on nothing that is written."""
        written = self.step.argument
        absolute = self.step.name != "WORKDIR" or _is_absolute(written.known) or _on_drive(written.span.text)
        return Fact(None if absolute or self.step.workdir.written else _bare(written.known), written.span)

    @cached_property
    def stacked_workdir(self) -> Fact[str]:
        """Its relative path, when it is a WORKDIR that stands on another one."""
        written = self.step.argument
        absolute = self.step.name != "WORKDIR" or _is_absolute(written.known)
        return Fact(_bare(written.known) if self.step.workdir.written and not absolute else None, written.span)

    @cached_property
    def _target(self) -> Fact[str]:
        """The last argument of a COPY or ADD."""
        words = self.step.node.words
        if self.step.name not in ("COPY", "ADD") or len(words) < 2:
            return Fact(None, self.step.span)
        return Fact(self.step.expand(words[-1]).fact.known, words[-1].span)

    @cached_property
    def relative_target(self) -> Fact[str]:
        """Its relative destination, in a stage without WORKDIR."""
        found = self._target
        rooted = self.step.stage is None or self.step.workdir.written or _is_absolute(found.known)
        return Fact(None if rooted else _bare(found.known), found.span)

    @cached_property
    def many_to_file(self) -> Fact[str]:
        """Its destination, when several sources go to what is no folder."""
        found = self._target
        text = found.known or "/"
        folder = len(self.step.node.words) < 3 or text.endswith(("/", "\\", "/.", "/..")) or text in (".", "..")
        return Fact(None if folder else text, found.span)

    @cached_property
    def outside(self) -> Fact[str]:
        """A source of a COPY or ADD that begins above the context."""
        words = self.step.node.words if self.step.name in ("COPY", "ADD") and not self.step.node.flag("from") else ()
        for word in words[:-1]:
            path = (self.step.expand(word).fact.known or "").strip("\"'")
            if "://" not in path and not path.startswith("git@") and _climbs(path):
                return Fact(path, word.span)
        return Fact(None, self.step.span)

    @cached_property
    def refused_change(self) -> Fact[str]:
        """The file of root's whose mode or owner it changes as another user, which fails."""
        from dockguard.formats.dockerfile.files.ownership import refused

        return refused(self.step)

    @cached_property
    def hidden_write(self) -> Fact[str]:
        """The volume, declared above, in which it writes."""
        volumes = self._volumes
        for path, span in self._written if volumes else ():
            for volume in volumes:
                if path == volume or path.startswith(f"{volume}/"):
                    return Fact(volume, span)
        return Fact(None, self.step.span)

    @property
    def _volumes(self) -> list[str]:
        """The volumes that are declared above, the last ones of very many."""
        found: list[str] = []
        linked = self.step.settings.volume_list
        while linked is not None and len(found) < _MAX_VOLUMES:
            found.append((linked.fact.known or "").rstrip("/"))
            linked = linked.next
        return [path for path in found if path]

    @property
    def _written(self) -> Iterator[tuple[str, Span]]:
        for copy in self.step.copies:
            yield copy.target.known or "", copy.span
        for command in self.step.commands if self.step.name == "RUN" else ():
            for written in command.writes:
                yield written.path, written.span

    @cached_property
    def system_workdir(self) -> Fact[str]:
        """Its path, when it is a WORKDIR in a folder of the kernel or the boot loader."""
        written = self.step.argument
        path = normpath(written.known or "-") if self.step.name == "WORKDIR" else "-"
        return Fact(path if _within(path, _KERNEL) else None, written.span)

    @cached_property
    def system_volume(self) -> Fact[str]:
        """Its path, when it is a VOLUME over a folder of the system, over all of it, or over a runtime's socket."""
        from dockguard.common.paths import runtime_socket

        for word in self.step.node.words if self.step.name == "VOLUME" else ():
            path = normpath(self.step.expand(word).fact.known or "-")
            if path in _SYSTEM or _within(path, _KERNEL) or (path.startswith("/") and runtime_socket(path)):
                return Fact(path, word.span)
        return Fact(None, self.step.span)

    @cached_property
    def socket(self) -> Fact[str]:
        """The control socket of a container runtime that it reaches for."""
        from dockguard.common.paths import runtime_socket

        for path, span in self._reached:
            if path.startswith("tcp://") or (path.startswith("/") and runtime_socket(normpath(path))):
                return Fact(path, span)
        return Fact(None, self.step.span)

    @property
    def _reached(self) -> Iterator[tuple[str, Span]]:
        """What may be a socket: volumes, both ends of mounts, the address in DOCKER_HOST."""
        if self.step.name == "VOLUME":
            for word in self.step.node.words:
                yield self.step.expand(word).fact.known or "", word.span
        elif self.step.name == "RUN" and self.step.node.flags:
            for mount in self.step.mounts:
                yield mount.target.known or "", mount.span
                yield mount.source.known or "", mount.span
        elif self.step.name == "ENV":
            for variable in self.step.variables:
                if variable.name == "DOCKER_HOST":
                    yield variable.value.known or "", variable.span


def _climbs(path: str) -> bool:
    return normpath(path.lstrip("/") or ".").split("/")[0] == ".."


def _bare(path: str | None) -> str | None:
    return path.strip("\"'") if path else None


def _is_absolute(path: str | None) -> bool:
    """Whether it is surely or perhaps absolute: unknown, a variable, a drive."""
    bare = _bare(path)
    return not bare or bare.startswith(("/", "\\", "$")) or _DRIVE.match(bare) is not None


def _on_drive(written: str) -> bool:
    """Whether it is written from the root of a Windows drive, which the escape character hides."""
    return written.lstrip("\"'").startswith("\\")


def _within(path: str, folders: tuple[str, ...]) -> bool:
    return any(path == folder or path.startswith(folder + "/") for folder in folders)
