"""What rules are asked about: the project, its services and its resources, typed, every value with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from dockguard.formats.compose.entries import Entry, entries
from dockguard.formats.compose.refusal import Difference, Journal, Refusal, Requirement
from dockguard.formats.compose.service import Service as Service
from dockguard.formats.compose.text.tree import Path, Value
from dockguard.formats.compose.view import View, fact, many
from dockguard.lazy import cached_property
from dockguard.record import dataclass, field
from dockguard.source import Fact, Many, Source, Span

if TYPE_CHECKING:
    from dockguard.formats.compose.pulled import Pulled

V = TypeVar("V", bound=View)


@dataclass(frozen=True, eq=False)
class Network(View):
    """A network of the project."""

    name: str = ""

    @cached_property
    def real_name(self) -> Fact[str]:
        """Its name in the engine."""
        return self._text("name")

    @cached_property
    def external(self) -> Fact[bool]:
        """Whether it exists outside of the project."""
        return self._bool("external")

    @cached_property
    def internal(self) -> Fact[bool]:
        """Whether it leads nowhere else."""
        return self._bool("internal")

    @cached_property
    def driver(self) -> Fact[str]:
        """Its driver."""
        return self._text("driver")

    @cached_property
    def is_host(self) -> bool:
        """Whether it is the host's own network."""
        return self.driver.value == "host" or (self.external.value is True and self.real_name.value == "host")


@dataclass(frozen=True, eq=False)
class Volume(View):
    """A named volume of the project."""

    name: str = ""

    @cached_property
    def external(self) -> Fact[bool]:
        """Whether it exists outside of the project."""
        return self._bool("external")

    @cached_property
    def driver_opts(self) -> Many[Entry]:
        """Options of its driver."""
        return entries(self, "driver_opts")


@dataclass(frozen=True, eq=False)
class FileObject(View):
    """A secret or a config of the project."""

    name: str = ""

    @property
    def kind(self) -> str:
        """`secret` or `config`."""
        return self.path[0][:-1]

    @cached_property
    def file(self) -> Fact[str]:
        """The file on the host."""
        return self._text("file")

    @cached_property
    def content(self) -> Fact[str]:
        """Its content, written here."""
        return self._text("content")

    @cached_property
    def environment(self) -> Fact[str]:
        """The variable that holds its content."""
        return self._text("environment")

    @cached_property
    def external(self) -> Fact[bool]:
        """Whether it exists outside of the project."""
        return self._bool("external")


@dataclass(frozen=True, eq=False)
class Override:
    """A value in an overlay, or in a service that extends another, that was meant to clear something and does not."""

    span: Span
    subject: str
    attribute: str  # `ports`
    written: Fact[str]  # `null`, `[]` or `{}`
    base: Fact[str]  # what stays, in short
    service: Service | None
    is_security: bool  # whether it is an attribute that isolates, publishes or mounts
    value: Value


@dataclass(frozen=True, eq=False)
class Change:
    """A protection that an overlay takes away from its base, or a danger that it adds."""

    span: Span
    subject: str
    what: Fact[str]  # "publishes port 5432 on every address"
    base: Fact[str]
    service: Service
    minor: bool = False  # a limit, and no isolation


@dataclass(frozen=True, eq=False)
class Overlay:
    """A file that overlays the base of a project."""

    span: Span
    path: str
    is_run: bool  # whether a script, a CI file, `COMPOSE_FILE` or the configuration runs a set with it
    others_run: bool  # whether they run other sets of this project
    hardens: bool  # whether it is there to make services safer

    @property
    def subject(self) -> str:
        """The file."""
        return self.path


@dataclass(frozen=True, eq=False)
class IgnoredFile:
    """A base file that Docker Compose does not read, because another one comes before it."""

    span: Span
    path: str
    read: str  # the file that is read instead

    @property
    def subject(self) -> str:
        """The file."""
        return self.path


@dataclass(frozen=True, eq=False)
class Project:
    """A Compose project in one variant: some files, merged as Docker Compose merges them."""

    value: Value
    files: tuple[Source, ...]  # the first one is the base
    every: tuple[Source, ...]  # with everything that they include, extend and read
    project: str
    variant: str
    folder: str  # the workspace path against which its paths are resolved
    journal: Journal
    root: str = ""  # where the workspace lies on the host
    base: Project | None = None  # the same project without its overlays
    ignored: tuple[Source, ...] = ()  # base files beside it that Docker Compose does not read
    unused: tuple[Source, ...] = ()  # its overlays, where scripts name other sets and never these
    printed: Any = field(default=None, repr=False)
    committed: Callable[[str], bool] | None = field(default=None, repr=False)  # is there and not ignored by git
    texts: Callable[[str], tuple[Source, ...]] | None = field(default=None, repr=False)  # YAML at a path, or below it
    names: Callable[[], frozenset[str]] | None = field(default=None, repr=False)  # services of its files and their kin
    programs: dict[str, Any] = field(default_factory=dict, repr=False)  # what the linker knows of services' programs

    @property
    def sources(self) -> tuple[Source, ...]:
        """Every text it was made of, the base file first."""
        return self.every

    @property
    def span(self) -> Span:
        """The beginning of its base file."""
        return self.files[0].whole

    @property
    def subject(self) -> str:
        """Its name."""
        return "project"

    @cached_property
    def name(self) -> Fact[str]:
        """The project's name."""
        return fact(self.value.get("name"), self.span, str)

    @cached_property
    def services(self) -> Many[Service]:
        """Its services, inactive profiles included."""
        found = []
        section = self.value.get("services")
        for name, value in section.map.items() if section is not None else ():
            if value.is_map:
                path = ("services", name)
                found.append(Service(value, path, self._opened(path), value.direct, name, self))
        return Many(tuple(found), section.key if section is not None and section.key else self.span, self._unread)

    @cached_property
    def pulled(self) -> tuple[Pulled, ...]:
        """The images that its services pull."""
        from dockguard.formats.compose.pulled import pulled

        return tuple(image for service in self.services for image in pulled(service))

    @cached_property
    def networks(self) -> Many[Network]:
        """Its networks."""
        return self._resources("networks", Network)

    @cached_property
    def volumes(self) -> Many[Volume]:
        """Its named volumes."""
        return self._resources("volumes", Volume)

    @cached_property
    def secrets(self) -> Many[FileObject]:
        """Its secrets."""
        return self._resources("secrets", FileObject)

    @cached_property
    def configs(self) -> Many[FileObject]:
        """Its configs."""
        return self._resources("configs", FileObject)

    @cached_property
    def refusals(self) -> tuple[Refusal, ...]:
        """What Docker Compose would stop at; what is no YAML at all is no refusal but an error of the run."""
        return tuple(refusal for refusal in self.journal.refusals if refusal.kind != "syntax")

    @cached_property
    def differences(self) -> tuple[Difference, ...]:
        """What an older Docker Compose would stop at."""
        return tuple(self.journal.differences)

    @cached_property
    def requirements(self) -> tuple[Requirement, ...]:
        """Required variables that no env file of the project sets."""
        found = {(value.place.key, name): value.place for name, value in self.journal.required}  # an alias repeats it
        return tuple(Requirement(place, name) for (_, name), place in found.items())

    @cached_property
    def remotes(self) -> Many[Fact[str]]:
        """The files at URLs that `include` and `extends` name; nobody reads them here."""
        return Many(tuple(fact(value, self.span, str) for value in self.journal.remotes), self.span)

    @cached_property
    def version(self) -> Fact[str]:
        """The obsolete `version` attribute of its files, the last one."""
        return fact(next(reversed(self.journal.versions), None), self.span, str)

    @cached_property
    def versions(self) -> Many[Fact[str]]:
        """The obsolete `version` attributes."""
        found = tuple(fact(value, self.span, str) for value in self.journal.versions)
        return Many(found, self.span)

    @property
    def is_overlaid(self) -> bool:
        """Whether it is more than one file."""
        return len(self.files) > 1

    def network(self, name: str) -> Network | None:
        """A network by its name in the project."""
        return next((network for network in self.networks if network.name == name), None)

    def service(self, name: str) -> Service | None:
        """A service by its name."""
        return self._by_name.get(name)

    @cached_property
    def _by_name(self) -> dict[str, Service]:
        return {service.name: service for service in self.services}

    def is_committed(self, path: str) -> bool:
        """Whether a file of the workspace is there and nothing keeps it out of the repository."""
        return self.committed is not None and self.committed(path)

    def mounted(self, service: Service) -> Iterator[Source]:
        """The YAML files of the workspace that are mounted into a service, each once."""
        seen: set[str] = set()
        for mount in service.mounts:
            path = mount.host_path.known or ""
            inside = path[len(self.root) + 1 :] if self.root and path.startswith(self.root + "/") else ""
            for source in self.texts(inside) if inside and self.texts is not None else ():
                if source.path not in seen:
                    seen.add(source.path)
                    yield source

    def has_read(self, path: str) -> bool:
        """Whether a file of the host was read for this project."""
        inside = path[len(self.root) + 1 :] if path.startswith(self.root + "/") else path
        return any(source.path == inside for source in self.every)

    @cached_property
    def _unread(self) -> str:
        return next((reason for path, reason in self.journal.opened if path[0] == "include"), "")

    def _opened(self, path: Path) -> str:
        return next((reason for opened, reason in self.journal.opened if opened == path), "")

    def _resources(self, section: str, make: Callable[..., V]) -> Many[V]:
        value = self.value.get(section)
        if value is None:
            return Many((), self.span, self._unread)
        found = (make(item, (section, name), "", item.direct, name) for name, item in value.map.items() if item.is_map)
        return many(found, value, self._unread)
