"""How the pieces of one stack find each other: builds and images, proxies and containers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from dockguard.lazy import cached_property
from dockguard.record import dataclass
from dockguard.source import Fact, Many, Span, Unknown, Via
from dockguard.stack.pieces import Assumption, BuildRequest, Container, Image, Mount, Piece, Port, Proxy, Route, User


@dataclass(frozen=True, slots=True)
class Running:
    """A container with the image it runs, as far as both are seen."""

    container: Container
    built: Image | None
    assumed: tuple[Assumption, ...] = ()
    known: Fact[User] | None = None  # of an image that we know but do not see

    @property
    def name(self) -> str:
        """The container's name on its networks."""
        return self.container.name

    @property
    def subject(self) -> str:
        """Its address in the file that declares it."""
        return self.container.subject

    @property
    def span(self) -> Span:
        """Where it is declared."""
        return self.container.span

    @property
    def image(self) -> Fact[str]:
        """The image reference as written; absent where it is only built."""
        return self.container.image

    @property
    def user(self) -> Fact[User]:
        """Who its first process runs as: the container's own user, else the image's."""
        own = self.container.user
        if own.written:
            return own
        for assumption in self.assumed:
            if assumption.attribute == "user":
                how = Via(assumption.span, f"images `{assumption.image}` are assumed to run as `{assumption.value}`")
                return Fact(User(str(assumption.value), declared=False), self.container.image.span, how)
        if self.built is not None:
            return self.built.user.step(self.container.span, f"`{self.name}` runs this image")
        return self.known or Fact(Unknown("nobody knows this image"), self.container.image.span)

    @property
    def runs_as_root(self) -> Fact[bool]:
        """Whether its first process is uid 0."""
        return self.user.map(lambda user: user.is_root)

    @property
    def user_is_declared(self) -> Fact[bool]:
        """Whether somebody wrote the user down, in Compose or in the Dockerfile."""
        return self.user.map(lambda user: user.declared)

    @property
    def ports(self) -> Many[Port]:
        """Its published ports."""
        return self.container.ports

    @property
    def mounts(self) -> Many[Mount]:
        """What is mounted into it."""
        return self.container.mounts


@dataclass(frozen=True, slots=True)
class Proxied:
    """A reverse proxy's way to a container of the same stack."""

    route: Route
    to: Running
    proxy: Running | None  # the container that the proxy runs in, where it is seen

    @property
    def subject(self) -> str:
        """The proxy's address, and where it leads."""
        return f"{self.route.site} -> {self.to.subject}"

    @property
    def span(self) -> Span:
        """The directive that leads there."""
        return self.route.span

    @property
    def upstream(self) -> Fact[str]:
        """The upstream as written."""
        return self.route.upstream

    @property
    def port(self) -> int | None:
        """The upstream's port, where it is written."""
        return self.route.port


@dataclass(frozen=True, slots=True)
class Published:
    """A published port of a container."""

    port: Port
    container: Running
    routes: tuple[Proxied, ...]
    stack: Stack | None = None  # the one that it is published in

    @property
    def subject(self) -> str:
        """The container and the port."""
        return f"{self.container.subject} port {self.number}"

    @property
    def span(self) -> Span:
        """Where it is published."""
        return self.port.span

    @property
    def number(self) -> int:
        """The first published port, or the container's where the host's is random."""
        return (self.port.published or self.port.target)[0]

    @property
    def public(self) -> bool:
        """Whether other machines can reach it."""
        return self.port.public


@dataclass(frozen=True, slots=True)
class Stack:
    """What runs together. `units` are the formats' own, by format; `paths` every file they were made of."""

    project: str
    variant: str
    units: Mapping[str, tuple[Any, ...]]
    paths: frozenset[str]
    containers: tuple[Running, ...]
    routes: tuple[Proxied, ...]
    ways: tuple[Route, ...] = ()  # every way of a proxy, those that lead nowhere too
    proxies: tuple[Proxy, ...] = ()
    images: tuple[Image, ...] = ()  # every build, those that nobody runs too

    @cached_property
    def by_name(self) -> Mapping[str, Running]:
        """Its containers by their names."""
        return {container.name: container for container in self.containers}


def link(
    project: str,
    variant: str,
    units: Mapping[str, tuple[Any, ...]],
    pieces: Sequence[Piece],
    known_user: Callable[[Fact[str]], Fact[User] | None] = lambda image: None,
) -> Stack:
    """One stack from the pieces of its units. `known_user` tells the user of an image that is only named."""
    images = {piece.request: piece for piece in pieces if isinstance(piece, Image) and piece.request is not None}
    assumptions = [piece for piece in pieces if isinstance(piece, Assumption)]
    running = tuple(
        Running(piece, _built(piece.build, images), _assumed(piece, assumptions), known_user(piece.image))
        for piece in pieces
        if isinstance(piece, Container)
    )
    paths = frozenset(source.path for found in units.values() for unit in found for source in unit.sources)
    ways = tuple(piece for piece in pieces if isinstance(piece, Route))
    proxies = tuple(piece for piece in pieces if isinstance(piece, Proxy))
    built = tuple(piece for piece in pieces if isinstance(piece, Image))
    return Stack(project, variant, units, paths, running, _routes(ways, running), ways, proxies, built)


def _built(build: BuildRequest | None, images: Mapping[tuple[object, ...], Image]) -> Image | None:
    return None if build is None else images.get(build.key)


def _assumed(container: Container, assumptions: Iterable[Assumption]) -> tuple[Assumption, ...]:
    if not assumptions:
        return ()
    from fnmatch import fnmatchcase

    name = container.image.known or ""
    return tuple(a for a in assumptions if name and fnmatchcase(name, a.image))


def _routes(ways: Iterable[Route], running: Iterable[Running]) -> tuple[Proxied, ...]:
    by_name: dict[str, Running] = {}
    for container in running:
        for name in (container.name, *container.container.aliases):
            by_name.setdefault(name, container)
    return tuple(Proxied(way, by_name[way.host], by_name.get(way.container)) for way in ways if way.host in by_name)


def published(stack: Stack) -> Iterable[Published]:
    """Every published port of the stack."""
    for container in stack.containers:
        routes = tuple(route for route in stack.routes if route.to is container)
        for port in container.ports:
            yield Published(port, container, routes, stack)
