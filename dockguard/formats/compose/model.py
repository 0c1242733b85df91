"""What rules are asked about: the project, its services and its resources, typed, every value with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, TypeVar

from dockguard.formats.compose.parts import (
    Attachment,
    Build,
    Dependency,
    Device,
    Entry,
    HealthCheck,
    Hook,
    Limits,
    Logging,
    Mount,
    Port,
    Tmpfs,
    entries,
)
from dockguard.formats.compose.refusal import Journal, Refusal
from dockguard.formats.compose.tree import Path, Value, is_unknown, made
from dockguard.formats.compose.view import (
    View,
    as_bytes,
    as_float,
    as_int,
    as_words,
    fact,
    many,
    only_variable,
    open_items,
)
from dockguard.record import dataclass, field
from dockguard.source import Fact, Many, Source, Span, Unknown

V = TypeVar("V", bound=View)
_NO_NEW = "no-new-privileges"
_TRUE = ("true", "t", "1")


@dataclass(frozen=True, eq=False)
class Service(View):
    """One service of the merged project."""

    name: str = ""
    project: Project | None = None

    # --- what runs ---------------------------------------------------------------------------------------------------

    @cached_property
    def image(self) -> Fact[str]:
        """The image that runs; with a build it is the name that the result gets."""
        return self._text("image")

    @cached_property
    def build(self) -> Build | None:
        """How the image is built; None when it is pulled."""
        value = self._get("build")
        if value is None or not value.is_map:
            return None
        return Build(value, (*self.path, "build"), "", self.direct and value.direct, self)

    @cached_property
    def is_built(self) -> bool:
        """Whether it has a build."""
        return self.build is not None

    @cached_property
    def command(self) -> Fact[tuple[str, ...]]:
        """The command as words, instead of the image's."""
        return self._fact("command", as_words)

    @cached_property
    def entrypoint(self) -> Fact[tuple[str, ...]]:
        """The entrypoint as words, instead of the image's."""
        return self._fact("entrypoint", as_words)

    @cached_property
    def user(self) -> Fact[str]:
        """Who it runs as, instead of the image's user."""
        return self._text("user")

    @cached_property
    def group_add(self) -> Many[Fact[str]]:
        """Further groups of its process."""
        return self._texts("group_add")

    @cached_property
    def environment(self) -> Many[Entry]:
        """Its variables: env files in their order, then its own."""
        return entries(self, "environment", self._unread_files)

    @cached_property
    def _unread_files(self) -> str:
        files = self._get("env_file")
        for file in files.list if files is not None else ():
            path = file.get("path")
            if path is not None and is_unknown(path.data):
                return "an env file's path holds an unset variable"
            if path is not None and self.project is not None and not self.project.has_read(path.text):
                return f"`{path.text.rpartition('/')[2]}` is not there"
        return ""

    @cached_property
    def env_files(self) -> Many[Fact[str]]:
        """Paths of its env files."""
        value = self._get("env_file")
        if value is None:
            return Many((), self.span, self.open)
        return many((fact(item.get("path"), item.span, str) for item in value.list), value)

    @cached_property
    def labels(self) -> Many[Entry]:
        """Labels of its containers."""
        return entries(self, "labels")

    @cached_property
    def container_name(self) -> Fact[str]:
        """The name of its container."""
        return self._text("container_name")

    @cached_property
    def hostname(self) -> Fact[str]:
        """The host name in its container."""
        return self._text("hostname")

    @cached_property
    def platform(self) -> Fact[str]:
        """The platform of its image."""
        return self._text("platform")

    @cached_property
    def pull_policy(self) -> Fact[str]:
        """When its image is pulled."""
        return self._text("pull_policy")

    @cached_property
    def restart(self) -> Fact[str]:
        """The restart policy."""
        return self._text("restart")

    @cached_property
    def profiles(self) -> Many[Fact[str]]:
        """The profiles that activate it; it is always active without any."""
        return self._texts("profiles")

    @cached_property
    def provider(self) -> Fact[str]:
        """The kind of a service that something else than a container provides."""
        return self._text("provider.type")

    @cached_property
    def hooks(self) -> Many[Hook]:
        """Its lifecycle hooks."""
        found = [hook for name in ("pre_start", "post_start", "pre_stop") for hook in self._nodes(name, Hook, self)]
        return Many(tuple(found), self.span, self.open)

    # --- isolation ---------------------------------------------------------------------------------------------------

    @cached_property
    def privileged(self) -> Fact[bool]:
        """Whether it runs with every privilege."""
        return self._bool("privileged")

    @cached_property
    def cap_add(self) -> Many[Fact[str]]:
        """Capabilities it gets on top of the default ones, as written."""
        return self._texts("cap_add")

    @cached_property
    def cap_drop(self) -> Many[Fact[str]]:
        """Capabilities it does without, as written."""
        return self._texts("cap_drop")

    @cached_property
    def added_capabilities(self) -> Many[Fact[str]]:
        """The added capabilities in upper case, without `CAP_`."""
        return _capabilities(self.cap_add)

    @cached_property
    def drops_all_capabilities(self) -> Fact[bool]:
        """Whether it drops `ALL`."""
        return _holds(_capabilities(self.cap_drop), lambda name: name == "ALL")

    @cached_property
    def security_opt(self) -> Many[Fact[str]]:
        """Security options as written."""
        return self._texts("security_opt")

    @cached_property
    def no_new_privileges(self) -> Fact[bool]:
        """Whether its processes cannot gain privileges; the last option of that name decides."""
        found: Fact[bool] = Fact(None, self.security_opt.span)
        for option in self.security_opt:
            text = option.known
            if text is None:
                found = Fact(option.value, option.span, option.via)  # type: ignore[arg-type]
            elif text.replace("=", ":").partition(":")[0] == _NO_NEW:
                value = text.replace("=", ":").partition(":")[2]
                found = Fact(not value or value.lower() in _TRUE, option.span, option.via)
        if self.security_opt.open and found.value is not False:
            return Fact(Unknown(self.security_opt.open), found.span)
        return found

    @cached_property
    def read_only(self) -> Fact[bool]:
        """Whether its root file system is read-only."""
        return self._bool("read_only")

    @cached_property
    def network_mode(self) -> Fact[str]:
        """`host`, `none`, `bridge`, `service:NAME` or `container:NAME`."""
        return self._text("network_mode")

    @cached_property
    def uses_host_network(self) -> Fact[bool]:
        """Whether it shares the host's network, by `network_mode` or by a network that is the host's."""
        if self.network_mode.written:
            return self.network_mode.map(lambda mode: mode == "host")
        for use in self.networks:
            network = self.project.network(use.name) if self.project is not None else None
            if network is not None and network.is_host:
                return Fact(True, use.span, use.value.via)
        return Fact(None, self.span)

    @cached_property
    def pid(self) -> Fact[str]:
        """The process namespace: `host`, `service:NAME`, `container:NAME`."""
        return self._text("pid")

    @cached_property
    def ipc(self) -> Fact[str]:
        """The IPC namespace."""
        return self._text("ipc")

    @cached_property
    def uts(self) -> Fact[str]:
        """The UTS namespace."""
        return self._text("uts")

    @cached_property
    def userns_mode(self) -> Fact[str]:
        """The user namespace."""
        return self._text("userns_mode")

    @cached_property
    def cgroup(self) -> Fact[str]:
        """The cgroup namespace: `host` or `private`."""
        return self._text("cgroup")

    @cached_property
    def cgroup_parent(self) -> Fact[str]:
        """The parent cgroup."""
        return self._text("cgroup_parent")

    @cached_property
    def runtime(self) -> Fact[str]:
        """The container runtime."""
        return self._text("runtime")

    @cached_property
    def use_api_socket(self) -> Fact[bool]:
        """Whether the engine's socket and the registry credentials are mounted at run time."""
        return self._bool("use_api_socket")

    @cached_property
    def sysctls(self) -> Many[Entry]:
        """Kernel parameters."""
        return entries(self, "sysctls")

    @cached_property
    def device_cgroup_rules(self) -> Many[Fact[str]]:
        """Rules such as `c 1:3 mr`."""
        return self._texts("device_cgroup_rules")

    @cached_property
    def devices(self) -> Many[Device]:
        """Devices of the host."""
        return self._many("devices", Device)

    # --- files and networks ------------------------------------------------------------------------------------------

    @cached_property
    def volumes(self) -> Many[Mount]:
        """What `volumes` mounts."""
        value = self._get("volumes")
        if value is None:
            return Many((), self.span, self.open)
        found = [
            Mount(item, path, "", direct, self, self._declared("volumes", item))
            for item, path, direct in self._items("volumes")
        ]
        return many(found, value, self.open or open_items(value.list))

    @cached_property
    def mounts(self) -> Many[Mount]:
        """Everything that is mounted: volumes, configs and secrets."""
        found = list(self.volumes)
        for name in ("configs", "secrets"):
            for item, path, direct in self._items(name):
                found.append(Mount(item, path, "", direct, self, self._declared(name, item)))
        return Many(tuple(found), self.volumes.span, self.volumes.open)

    @cached_property
    def secrets(self) -> Many[Mount]:
        """The secrets it is given."""
        return self._files("secrets")

    @cached_property
    def configs(self) -> Many[Mount]:
        """The configs it is given."""
        return self._files("configs")

    @cached_property
    def volumes_from(self) -> Many[Fact[str]]:
        """Services and containers whose mounts it shares."""
        return self._texts("volumes_from")

    @cached_property
    def tmpfs(self) -> Many[Tmpfs]:
        """Short tmpfs entries."""
        value = self._get("tmpfs")
        if value is None or value.data is None:
            return Many((), self.span, self.open)
        items = value.list if value.is_list else [value]
        found = [
            Tmpfs(item, (*self.path, "tmpfs", str(index)), "", self.direct and value.direct)
            for index, item in enumerate(items)
            if not only_variable(item)
        ]
        return many(found, value, self.open or open_items(items))

    @cached_property
    def ports(self) -> Many[Port]:
        """Published ports, one for each port of a range."""
        value = self._get("ports")
        if value is None:
            return Many((), self.span, self.open)
        found = [Port(item, path, "", direct, self) for item, path, direct in self._items("ports")]
        found = [port for port in found if not only_variable(port.value.get("target") or port.value)]
        dropped = len(found) < len(value.list)
        return many(found, value, self.open or ("a port is an unset variable" if dropped else ""))

    @cached_property
    def expose(self) -> Many[Fact[str]]:
        """Ports that are exposed to other services."""
        return self._texts("expose")

    @cached_property
    def networks(self) -> Many[Attachment]:
        """The networks it is on; the implicit `default` where it names none."""
        value = self._get("networks")
        if value is None:
            return Many((), self.span, self.open)
        found = (
            Attachment(item, (*self.path, "networks", name), "", self.direct and value.direct, name)
            for name, item in value.map.items()
        )
        return many(found, value, self.open)

    @cached_property
    def links(self) -> Many[Fact[str]]:
        """Legacy links to other services."""
        return self._texts("links")

    @cached_property
    def external_links(self) -> Many[Fact[str]]:
        """Legacy links to containers of other projects."""
        return self._texts("external_links")

    @cached_property
    def extra_hosts(self) -> Many[Fact[str]]:
        """Further lines of /etc/hosts, as `name=address`."""
        return self._texts("extra_hosts")

    @cached_property
    def dns(self) -> Many[Fact[str]]:
        """Name servers."""
        return self._texts("dns")

    @cached_property
    def depends_on(self) -> Many[Dependency]:
        """Services that must run first."""
        value = self._get("depends_on")
        if value is None:
            return Many((), self.span, self.open)
        found = (
            Dependency(item, (*self.path, "depends_on", name), "", self.direct and value.direct, name)
            for name, item in value.map.items()
        )
        return many(found, value, self.open)

    # --- availability ------------------------------------------------------------------------------------------------

    @cached_property
    def mem_limit(self) -> Fact[int]:
        """`mem_limit` in bytes."""
        return self._fact("mem_limit", as_bytes)

    @cached_property
    def memswap_limit(self) -> Fact[int]:
        """Memory and swap together, in bytes; -1 is without limit."""
        return self._fact("memswap_limit", as_bytes)

    @cached_property
    def shm_size(self) -> Fact[int]:
        """The size of /dev/shm in bytes."""
        return self._fact("shm_size", as_bytes)

    @cached_property
    def cpus(self) -> Fact[float]:
        """`cpus`."""
        return self._fact("cpus", as_float)

    @cached_property
    def cpu_quota(self) -> Fact[int]:
        """`cpu_quota` in microseconds."""
        return self._fact("cpu_quota", as_int)

    @cached_property
    def pids(self) -> Fact[int]:
        """`pids_limit`."""
        return self._fact("pids_limit", as_int)

    @cached_property
    def limits(self) -> Limits:
        """`deploy.resources.limits`."""
        path = ("deploy", "resources", "limits")
        return Limits(self._get(*path) or made({}, self.value), (*self.path, *path), self.open, self.direct)

    @cached_property
    def memory_limit(self) -> Fact[int]:
        """The memory limit in bytes, in either spelling; 0 and less limit nothing."""
        return self.mem_limit if self._has("mem_limit") else self.limits.memory

    @cached_property
    def cpu_limit(self) -> Fact[float]:
        """The CPU limit in either spelling, `cpu_quota` included; 0 and less limit nothing."""
        if self._has("cpus"):
            return self.cpus
        if self._has("cpu_quota"):
            return self.cpu_quota.map(lambda quota: quota / 100_000)
        return self.limits.cpus

    @cached_property
    def pids_limit(self) -> Fact[int]:
        """The process limit in either spelling; 0 and less limit nothing."""
        return self.pids if self._has("pids_limit") else self.limits.pids

    @cached_property
    def oom_kill_disable(self) -> Fact[bool]:
        """Whether the kernel may not stop it when memory runs out."""
        return self._bool("oom_kill_disable")

    @cached_property
    def oom_score_adj(self) -> Fact[int]:
        """How gladly the kernel stops it when memory runs out, -1000 to 1000."""
        return self._fact("oom_score_adj", as_int)

    @cached_property
    def scale(self) -> Fact[int]:
        """How many containers, in either spelling."""
        return self._fact("scale", as_int) if self._has("scale") else self._fact("deploy.replicas", as_int)

    @cached_property
    def healthcheck(self) -> HealthCheck:
        """Its health check."""
        return HealthCheck(*self._part("healthcheck"))

    @cached_property
    def has_healthcheck(self) -> Fact[bool]:
        """Whether it has a test of its own that is not switched off."""
        off = self.healthcheck.is_disabled
        if off.value is True:
            return Fact(False, off.span, off.via)
        return self.healthcheck.test.map(lambda words: bool(words))

    @cached_property
    def logging(self) -> Logging:
        """How it logs."""
        return Logging(*self._part("logging"))

    # --- how it is read ----------------------------------------------------------------------------------------------

    def _has(self, name: str) -> bool:
        value = self._get(name)
        return value is not None and value.data is not None

    def _part(self, name: str) -> tuple[Value, Path, str, bool]:
        value = self._get(name)
        if value is None or not value.is_map:
            return Value({}, self.span), (*self.path, name), self.open, self.direct
        return value, (*self.path, name), "", self.direct and value.direct

    def _items(self, name: str) -> Iterator[tuple[Value, Path, bool]]:
        """The mappings of a list, with paths, and whether they may be edited."""
        value = self._get(name)
        for index, item in enumerate(value.list if value is not None else ()):
            if item.is_map and value is not None:
                yield item, (*self.path, name, str(index)), self.direct and value.direct

    def _nodes(self, name: str, make: Callable[..., V], *more: Any) -> list[V]:
        return [make(item, path, "", direct, *more) for item, path, direct in self._items(name)]

    def _many(self, name: str, make: Callable[..., V]) -> Many[V]:
        value = self._get(name)
        if value is None:
            return Many((), self.span, self.open)
        return many(self._nodes(name, make), value, self.open or open_items(value.list))

    def _declared(self, section: str, item: Value) -> Value | None:
        source = item.get("source")
        if self.project is None or source is None or (section == "volumes" and item.get("type") is None):
            return None
        kind = item.get("type")
        if section == "volumes" and (kind is None or kind.data != "volume"):
            return None
        return self.project.value.get(section, source.text)

    def _files(self, name: str) -> Many[Mount]:
        value = self._get(name)
        if value is None:
            return Many((), self.span, self.open)
        found = [
            Mount(item, path, "", direct, self, self._declared(name, item)) for item, path, direct in self._items(name)
        ]
        return many(found, value, self.open or open_items(value.list))


def _capabilities(names: Many[Fact[str]]) -> Many[Fact[str]]:
    return Many(
        tuple(name.map(lambda text: text.upper().removeprefix("CAP_")) for name in names), names.span, names.open
    )


def _holds(items: Many[Fact[str]], wanted: Callable[[str], bool]) -> Fact[bool]:
    """Whether an item is wanted; unknown while one may be."""
    unsure = Unknown(items.open) if items.open else None
    for item in items:
        known = item.known
        if known is not None and wanted(known):
            return Fact(True, item.span, item.via)
        if isinstance(item.value, Unknown):
            unsure = item.value
    return Fact(unsure if unsure is not None else False, items.span)


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
    written: str  # `null`, `[]` or `{}`
    base: Fact[str]  # what stays, in short
    service: Service | None
    is_security: bool  # whether it is an attribute that isolates, publishes or mounts


@dataclass(frozen=True, eq=False)
class Change:
    """A protection that an overlay takes away from its base, or a danger that it adds."""

    span: Span
    subject: str
    what: str  # "publishes port 5432 on every address"
    base: Fact[str]
    service: Service


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
