"""The sites of a stack where they run: each configuration with the container that reads it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

from dockguard.record import dataclass
from dockguard.source import Fact, Span, Unknown
from dockguard.stack.link import Running, Stack
from dockguard.stack.names import Directory
from dockguard.stack.pieces import Port, Proxy, Socket


@dataclass(frozen=True, slots=True)
class Served:
    """A web server's configuration in the container that runs it."""

    proxy: Proxy
    container: Running
    stack: Stack

    @property
    def site(self) -> Any:
        """The configuration as its own format has it."""
        return self.proxy.node

    @property
    def span(self) -> Span:
        """The beginning of its first file."""
        return self.proxy.span

    @property
    def subject(self) -> str:
        """The container and the site."""
        return f"{self.container.subject}: {self.proxy.subject}"

    @cached_property
    def directory(self) -> Directory:
        """Who answers to which name in the stack."""
        return Directory(self.stack.containers)

    @property
    def own_network(self) -> bool:
        """Whether it has ports of its own to publish: it shares the network of nothing else."""
        mode = self.container.container.network_mode
        return mode is None or not mode.written or mode.known == "bridge"

    @property
    def on_host_network(self) -> bool:
        """Whether it listens on the host's own addresses."""
        mode = self.container.container.network_mode
        return mode is not None and mode.known == "host"

    def published(self, socket: Socket) -> Port | None:
        """The entry that publishes a socket beyond the machine itself; None where none does."""
        protocol = "udp" if socket.udp else "tcp"
        for port in self.container.ports:
            first, last = port.target
            if port.public and port.protocol == protocol and first <= socket.port <= last and not socket.loopback:
                return port
        return None

    def entry(self, listens: Iterable[Span]) -> Port | None:
        """The entry that publishes one of the sockets whose lines are given beyond the machine itself."""
        places = set(listens)
        found = (self.published(socket) for socket in self.proxy.sockets if socket.span in places)
        return next((port for port in found if port is not None), None)

    def leads_to(self, socket: Socket) -> bool:
        """Whether any entry of `ports` leads to a socket, one for the machine itself too."""
        return any(socket in self.behind(port) for port in self.container.ports)

    def behind(self, port: Port) -> tuple[Socket, ...]:
        """The sockets that a published port leads to."""
        udp = port.protocol == "udp"
        found = (one for one in self.proxy.sockets if one.udp is udp and not one.loopback)
        return tuple(one for one in found if port.target[0] <= one.port <= port.target[1])

    @cached_property
    def stack_speaks_tls(self) -> bool:
        """Whether anything in the stack may end TLS: a socket with it, a published port 443, another kind of proxy."""
        sockets = (socket for proxy in self.stack.proxies for socket in proxy.sockets)
        ports = (port for one in self.stack.containers for port in one.ports)
        open_ = any(proxy.sockets.open for proxy in self.stack.proxies)
        published = any(443 in (port.published or ()) or port.target[0] in (443, 8443) for port in ports)
        return open_ or published or any(socket.tls for socket in sockets) or any(map(_is_edge, self.stack.containers))

    @cached_property
    def fronted(self) -> str:
        """What says that another proxy stands in front: a label, a variable, a proxy's route; "" where nothing does."""
        mark = self.container.container.fronted
        if mark is not None and mark.written:
            return f"`{mark.known}`"
        routes = (route for route in self.stack.routes if route.to is self.container)
        other = next(
            (route.proxy for route in routes if route.proxy is not None and route.proxy is not self.container), None
        )
        return f"`{other.name}`" if other is not None else ""

    def targets(self, upstream: str) -> tuple[Running, ...]:
        """The containers that get what a line with this upstream passes on, through groups too."""
        ways = (way for way in self.stack.ways if way.site == self.proxy.subject and way.upstream.known == upstream)
        found = {one.name: one for way in ways for one in self.directory.ask(self.container, way.host).of}
        return tuple(found.values())

    def datastore(self, host: str, port: int | None) -> str:
        """What is known of a host and port, where it is a database or an engine's interface; "" where it is not."""
        from dockguard.common.images import facts_of
        from dockguard.common.ports import service_of

        for one in self.directory.ask(self.container, host).of:
            facts = facts_of(one.image.known) if one.image.known else None
            if facts is not None and facts.is_for("datastore"):
                return facts.name
        found = service_of(port) if port is not None else None
        dangerous = found is not None and found.certain and found.purpose.value in ("datastore", "container-api")
        return found.name if found is not None and dangerous else ""

    @property
    def open_ports(self) -> tuple[Port, ...]:
        """The entries that publish something beyond the machine itself."""
        return tuple(port for port in self.container.ports if port.public)

    @property
    def variables(self) -> dict[str, Fact[str]]:
        """The environment of the container: the image's, as far as it is built here, and its own."""
        built = self.container.built
        return {**(built.env if built is not None else {}), **self.container.container.environment}

    @property
    def user(self) -> Fact[str]:
        """Who its first process runs as, by name or number; unknown where nobody knows."""
        return self.container.user.map(lambda user: user.name)

    def starts_as_root(self) -> bool | None:
        """Whether its first process is root; None where nobody knows."""
        value = self.container.user.value
        return None if value is None or isinstance(value, Unknown) else value.is_root


def _is_edge(container: Running) -> bool:
    """Whether its image is known to stand in front of others, and is no nginx whose configuration we read."""
    from dockguard.common.images import facts_of

    built = container.built
    image = built.base.known if built is not None else container.image.known
    facts = facts_of(image) if image else None
    if facts is None:
        return False
    return (facts.is_for("edge") and facts.name not in _PLAIN) or "cloudflared" in facts.name


_PLAIN = frozenset(("nginx", "nginxinc/nginx-unprivileged", "httpd"))


def open_monitoring(container: Running) -> str:
    """The name of a container's image, where it is a monitoring program that lets everybody in; "" for others."""
    from dockguard.common.images import facts_of

    facts = facts_of(container.image.known) if container.image.known else None
    watches = facts is not None and facts.is_for("monitoring") and facts.unauthenticated is True
    return facts.name if facts is not None and watches else ""


def served(stack: Stack) -> Iterator[Served]:
    """Every site that a container of the stack runs."""
    for proxy in stack.proxies:
        if proxy.container in stack.by_name:
            yield Served(proxy, stack.by_name[proxy.container], stack)
