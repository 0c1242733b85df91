"""The sites of a stack where they run: each configuration with the container that reads it."""

from __future__ import annotations

from collections.abc import Iterator
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


def served(stack: Stack) -> Iterator[Served]:
    """Every site that a container of the stack runs."""
    for proxy in stack.proxies:
        if proxy.container in stack.by_name:
            yield Served(proxy, stack.by_name[proxy.container], stack)
