"""How much of the machine a service may use: memory, CPUs, processes, temporary files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.formats.compose.text.tree import is_unknown
from dockguard.record import dataclass
from dockguard.source import Fact, Many, Span, Unknown

if TYPE_CHECKING:
    from dockguard.formats.compose.model import Service
    from dockguard.formats.compose.mounts import Mount
    from dockguard.formats.compose.text.tree import Value


@dataclass(frozen=True, eq=False)
class Bound:
    """A limit that a service has or lacks, in whichever spelling."""

    name: str  # memory, cpu or pids
    amount: Fact[float]  # bytes, CPUs, processes
    service: Service

    @property
    def span(self) -> Span:
        """Where it is set, else the service."""
        return self.amount.span if self.amount.written else self.service.span

    @property
    def subject(self) -> str:
        """The service."""
        return self.service.subject

    @property
    def is_missing(self) -> Fact[bool]:
        """Whether nobody set it."""
        value = self.amount.value
        return Fact(value if isinstance(value, Unknown) else value is None, self.span, self.amount.via)

    @property
    def is_void(self) -> Fact[bool]:
        """Whether it is set to a value that the engine takes for no limit: 0 and less."""
        return self.amount.map(lambda amount: amount <= 0)


@dataclass(frozen=True, eq=False)
class Scratch:
    """A temporary file system in memory, by `tmpfs` or by a mount of that type."""

    target: Fact[str]
    words: Many[Fact[str]]  # mount options of the short form
    size: Fact[bool]  # whether its size is limited
    service: Service

    @property
    def span(self) -> Span:
        """The whole item."""
        return self.target.span

    @property
    def subject(self) -> str:
        """The service and the path."""
        return f"{self.service.subject}.tmpfs.{self.target.known or '?'}"

    @property
    def memory_is_limited(self) -> Fact[bool]:
        """Whether the service's memory, to which it counts, is limited."""
        return self.service.memory_limit.map(lambda amount: amount > 0)


def bounds(service: Service) -> Iterator[Bound]:
    """The three limits of a service."""
    yield Bound("memory", service.memory_limit.map(float), service)
    yield Bound("cpu", service.cpu_limit, service)
    yield Bound("pids", service.pids_limit.map(float), service)


def scratches(service: Service) -> Iterator[Scratch]:
    """The temporary file systems of a service."""
    for short in service.tmpfs:
        target = Fact(short.target.value, short.span, short.target.via)
        yield Scratch(target, short.options, short.is_limited, service)
    for mount in service.volumes:
        if mount.type.known == "tmpfs":
            target = Fact(mount.target.value, mount.span, mount.target.via)
            size = mount.tmpfs_size.map(lambda amount: amount > 0)
            yield Scratch(target, Many((), mount.span), size, service)
        elif mount.type.known == "volume" and mount.volume is not None:
            yield from _backed(mount, mount.volume, service)


def _backed(mount: Mount, volume: Value, service: Service) -> Iterator[Scratch]:
    """A named volume in memory: the local driver mounts it with its own options alone, so that it lacks Docker's."""
    kind, options = volume.get("driver_opts", "type"), volume.get("driver_opts", "o")
    if kind is None or kind.data != "tmpfs":
        return
    where = (options or kind).place
    text = options.data if options is not None and isinstance(options.data, str) else ""
    unsure = "its options hold an unset variable" if is_unknown(text) else ""
    given = text.split(",")
    lacking = () if unsure else tuple(Fact(word, where) for word in ("exec", "suid", "dev") if f"no{word}" not in given)
    size = Unknown(unsure) if unsure else any(word.startswith(("size=", "nr_blocks=")) for word in given)
    yield Scratch(Fact(mount.target.value, where), Many(lacking, where, unsure), Fact(size, where), service)
