"""What proxies of a stack lead to: every host that one names, with who answers to it."""

from __future__ import annotations

from collections.abc import Iterator

from dockguard.lazy import cached_property
from dockguard.record import dataclass
from dockguard.source import Fact, Span
from dockguard.stack.link import Running, Stack
from dockguard.stack.names import APART, FOUND, NOBODY, Answer, Directory
from dockguard.stack.pieces import Route

_LIKE = 0.75  # how much of two names must be the same for one to be a misspelling of the other


@dataclass(frozen=True, slots=True)
class Upstream:
    """A host that a proxy in a container sends requests to; `routes` are all the lines that do."""

    routes: tuple[Route, ...]
    proxy: Running
    answer: Answer
    directory: Directory
    stack: Stack

    @property
    def host(self) -> str:
        """The host as written."""
        return self.routes[0].host

    @property
    def span(self) -> Span:
        """The first line that leads there."""
        return self.routes[0].span

    @property
    def upstream(self) -> Fact[str]:
        """The upstream as written."""
        return self.routes[0].upstream

    @property
    def subject(self) -> str:
        """The proxy, and where it leads."""
        return f"{self.proxy.subject} -> {self.host}"

    @property
    def at_start(self) -> tuple[Route, ...]:
        """The lines whose name nginx looks up when it starts, and stops at if nobody answers."""
        return tuple(route for route in self.routes if not route.late and not route.hidden)

    @property
    def unknown(self) -> bool:
        """Whether nothing on the proxy's networks has this name."""
        return self.answer.kind == NOBODY and bool(self.at_start)

    @property
    def apart(self) -> bool:
        """Whether containers have this name, on networks that the proxy is not on."""
        return self.answer.kind == APART and bool(self.at_start)

    @property
    def targets(self) -> tuple[Running, ...]:
        """The containers that get the requests; none where somebody else may answer."""
        return self.answer.of if self.answer.kind == FOUND else ()

    @cached_property
    def suggestion(self) -> str:
        """The name of a container that was most likely meant; "" without a likely one."""
        from difflib import get_close_matches

        near = get_close_matches(self.host.lower(), list(self.directory.names())[:500], 1, _LIKE)
        return near[0] if near else ""


def upstreams(stack: Stack) -> Iterator[Upstream]:
    """Every upstream of the proxies that run in a container of the stack, each host once."""
    directory = Directory(stack.containers)
    found: dict[tuple[str, str], list[Route]] = {}
    for way in stack.ways:
        if way.container in stack.by_name:
            found.setdefault((way.container, way.host.lower()), []).append(way)
    for (name, host), routes in found.items():
        proxy = stack.by_name[name]
        yield Upstream(tuple(routes), proxy, directory.ask(proxy, host), directory, stack)
