"""What a service reaches: files, ports, networks, other services."""

from __future__ import annotations

from dockguard.formats.compose.mounts import Mount
from dockguard.formats.compose.owner import Owner
from dockguard.formats.compose.parts import Attachment, Dependency, Port, Tmpfs
from dockguard.formats.compose.text.tree import Value
from dockguard.formats.compose.view import many, only_variable, open_items
from dockguard.lazy import cached_property
from dockguard.record import dataclass
from dockguard.source import Fact, Many


@dataclass(frozen=True, eq=False)
class Connected(Owner):
    """The mounts and networks of a service."""

    @cached_property
    def volumes(self) -> Many[Mount]:
        """What `volumes` mounts."""
        value = self._get("volumes")
        if value is None:
            return Many((), self.span, self.open)
        found = [
            Mount(item, path, "", direct, self._service, self._declared("volumes", item))
            for item, path, direct in self._items("volumes")
        ]
        return many(found, value, self.open or open_items(value.list))

    @cached_property
    def mounts(self) -> Many[Mount]:
        """Everything that is mounted: volumes, configs and secrets."""
        found = list(self.volumes)
        for name in ("configs", "secrets"):
            for item, path, direct in self._items(name):
                found.append(Mount(item, path, "", direct, self._service, self._declared(name, item)))
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
        found = [Port(item, path, "", direct, self._service) for item, path, direct in self._items("ports")]
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

    @cached_property
    def uses_host_network(self) -> Fact[bool]:
        """Whether it shares the host's network, by `network_mode` or by a network that is the host's."""
        mode = self._text("network_mode")
        if mode.written:
            return mode.map(lambda text: text == "host")
        for use in self.networks:
            network = self.project.network(use.name) if self.project is not None else None
            if network is not None and network.is_host:
                return Fact(True, use.span, use.value.via)
        return Fact(None, self.span)

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
            Mount(item, path, "", direct, self._service, self._declared(name, item))
            for item, path, direct in self._items(name)
        ]
        return many(found, value, self.open or open_items(value.list))
