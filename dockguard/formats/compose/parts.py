"""The smaller parts of a service that rules are asked about: ports, devices, networks, dependencies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockguard.formats.compose.text.scalars import go_text
from dockguard.formats.compose.text.tree import brief, is_unknown, shown
from dockguard.formats.compose.view import View, as_bool, as_int, item_fact, readable
from dockguard.lazy import cached_property
from dockguard.record import dataclass
from dockguard.source import Fact, Many, Span, Via, absent

if TYPE_CHECKING:
    from dockguard.formats.compose.service import Service


@dataclass(frozen=True, eq=False)
class Port(View):
    """A published port."""

    service: Service | None = None

    @property
    def span(self) -> Span:
        """The whole item."""
        return self.value.span

    @property
    def subject(self) -> str:
        """The service and the port in the container."""
        target = self.value.get("target")
        number = shown(go_text(target.data)) if target is not None else "?"
        return f"{'.'.join(self.path[:2])}.ports.{number}"

    @cached_property
    def target(self) -> Fact[int]:
        """The port in the container."""
        return self._fact("target", as_int)

    @cached_property
    def published(self) -> Fact[str]:
        """The port of the host, or a range of ports to choose from; absent for a random one, which 0 asks for, too."""
        return self._text("published").map(lambda text: text if text.strip("0") else None)

    @cached_property
    def host_ip(self) -> Fact[str]:
        """The address of the host; absent for every one."""
        return self._text("host_ip")

    @cached_property
    def protocol(self) -> Fact[str]:
        """`tcp`, `udp` or `sctp`."""
        return self._text("protocol")

    @cached_property
    def mode(self) -> Fact[str]:
        """`ingress` or `host`."""
        return self._text("mode")

    @cached_property
    def host_port(self) -> Fact[int]:
        """The first published port."""
        return self.published.map(lambda text: int(first) if (first := text.partition("-")[0]).isdecimal() else None)

    @cached_property
    def on_every_address(self) -> Fact[bool]:
        """Whether it listens on every address of the host."""
        if not self.host_ip.written:
            return Fact(True, self.span, self.value.via)
        return self.host_ip.map(lambda ip: ip in ("", "0.0.0.0", "::", "::ffff:0.0.0.0", "0:0:0:0:0:0:0:0"))

    @cached_property
    def stays_public(self) -> Fact[str]:
        """For a port that another file binds to one address: the public entry of the same port that stays beside it."""
        if self.public.value is not False or self.service is None:
            return absent(self.span)
        for other in self.service.ports:
            same = (other.target.value, other.protocol.value) == (self.target.value, self.protocol.value)
            if same and other.public.value is True and other.span.source is not self.span.source:
                return Fact(brief(other.value), self.span, Via(other.span, "this one stays"))
        return absent(self.span)

    @cached_property
    def public(self) -> Fact[bool]:
        """Whether other machines can reach it: it listens on an address that is no loopback address."""
        if not self.host_ip.written:
            return Fact(True, self.span, self.value.via)
        return self.host_ip.map(lambda ip: not (ip.startswith(("127.", "::ffff:127.")) or ip in ("::1", "localhost")))

    @property
    def leads(self) -> bool:
        """Whether it is the first port that its item publishes: a range is one item."""
        ports = self.service.value.get("ports") if self.service is not None else None
        index = int(self.path[-1]) if self.path[-1].isdigit() else 0
        return ports is None or index == 0 or ports.list[index - 1].span != self.value.span

    @property
    def is_readable(self) -> bool:
        """Whether the published port is a number or a range, and no address that slipped in."""
        return ":" not in (self.published.known or "")

    @cached_property
    def role(self) -> str:
        """What it is for: edge, datastore, admin, console, monitoring, debug, container-api; "" for anything else."""
        from dockguard.formats.compose.pulled import role_of

        return role_of(self)

    @property
    def image_is_known(self) -> bool:
        """Whether its role is known by the image, and not by the number alone."""
        from dockguard.formats.compose.pulled import facts_of

        return facts_of(self.service) is not None

    @cached_property
    def listens(self) -> str:
        """What is known to listen there, for people; "" where nobody knows."""
        from dockguard.formats.compose.pulled import listens

        return listens(self)

    @cached_property
    def is_edge(self) -> bool:
        """Whether it is a reverse proxy's port 80 or 443."""
        from dockguard.formats.compose.pulled import is_edge

        return is_edge(self)

    @cached_property
    def clash(self) -> Port | None:
        """An earlier port of the project that needs the same address and number of the host."""
        from dockguard.formats.compose.pulled import clashes

        return clashes(self)


@dataclass(frozen=True, eq=False)
class Device(View):
    """A device of the host in a container."""

    @property
    def span(self) -> Span:
        """The whole item."""
        return self.value.span

    @cached_property
    def source(self) -> Fact[str]:
        """The device of the host, or a CDI name."""
        return self._text("source")

    @cached_property
    def target(self) -> Fact[str]:
        """The device in the container."""
        return self._text("target")

    @cached_property
    def permissions(self) -> Fact[str]:
        """Any of `r`, `w` and `m`."""
        return self._text("permissions")

    @cached_property
    def gives(self) -> Fact[str]:
        """What the device gives to the container (`raw disk`, `memory`); absent for a device of no concern."""
        from dockguard.common.paths import device_danger

        return self.source.map(device_danger)


@dataclass(frozen=True, eq=False)
class Tmpfs(View):
    """A short `tmpfs` entry: a path and mount options."""

    @property
    def span(self) -> Span:
        """The whole item."""
        return self.value.span

    @cached_property
    def target(self) -> Fact[str]:
        """The path in the container."""
        return item_fact(self.value).map(lambda text: text.partition(":")[0])

    @cached_property
    def options(self) -> Many[Fact[str]]:
        """Its options, such as `size=64m` and `exec`."""
        words = readable(self.value).partition(":")[2].split(",")
        facts = tuple(item_fact(self.value.with_data(word)) for word in words if word)
        return Many(facts, self.span, "it holds an unset variable" if is_unknown(self.value.data) else "")

    @cached_property
    def is_limited(self) -> Fact[bool]:
        """Whether its size is limited."""
        return item_fact(self.value).map(lambda text: "size=" in text.partition(":")[2])


@dataclass(frozen=True, eq=False)
class Attachment(View):
    """A service on a network."""

    name: str = ""

    @property
    def span(self) -> Span:
        """Where the service names the network."""
        return self.value.place

    @cached_property
    def aliases(self) -> Many[Fact[str]]:
        """Further names of the service on that network."""
        return self._texts("aliases")


@dataclass(frozen=True, eq=False)
class Dependency(View):
    """A service that must run first."""

    name: str = ""

    @property
    def span(self) -> Span:
        """Where it is named."""
        return self.value.place

    @cached_property
    def condition(self) -> Fact[str]:
        """`service_started`, `service_healthy` or `service_completed_successfully`."""
        return self._text("condition")

    @cached_property
    def required(self) -> Fact[bool]:
        """Whether it must exist."""
        return self._fact("required", as_bool)
