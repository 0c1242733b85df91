"""Who answers to a host name that a container asks for: by the engine's name server, or by its own /etc/hosts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from dockguard.lazy import cached_property
from dockguard.record import dataclass
from dockguard.source import Unknown
from dockguard.stack.link import Running

FOUND, APART, NOBODY, UNSURE = "found", "apart", "nobody", "unsure"
_HOPS = 4  # services that share the network of another one, which shares that of another one


@dataclass(frozen=True, slots=True)
class Answer:
    """What a name leads to.

    `kind`: `found` (`of` are the containers, none for a name of the asking container's own), `apart` (containers have
    the name, on networks that the asking one is not on), `nobody`, or `unsure`; `why` says the reason in words.
    """

    kind: str
    of: tuple[Running, ...] = ()
    why: str = ""


class Directory:
    """The names of a stack's containers."""

    def __init__(self, containers: Iterable[Running]) -> None:
        self._by_service = {one.name: one for one in containers}
        self._asked: dict[tuple[str, str], Answer] = {}

    @cached_property
    def _named(self) -> Mapping[str, list[Running]]:
        """Containers by every name that they would like to be found by, in lower case."""
        found: dict[str, list[Running]] = {}
        for one in self._by_service.values():
            for name in dict.fromkeys(map(str.lower, (one.name, *one.container.aliases))):
                found.setdefault(name, []).append(one)
        return found

    def names(self) -> Iterable[str]:
        """Every name of a container."""
        return self._named.keys()

    def ask(self, asking: Running, host: str) -> Answer:
        """Who answers a container that asks for a host; names with a dot may be anybody's."""
        key = asking.name, host.lower()
        if key not in self._asked:
            self._asked[key] = self._answer(asking, host.lower())
        return self._asked[key]

    def _answer(self, asking: Running, host: str) -> Answer:
        if not host or "." in host or ":" in host or host == "localhost":
            return Answer(UNSURE, why="it is no name of a container")
        where = self._network_owner(asking)
        if isinstance(where, str):
            return self._outside(asking, host, where)
        if host in {name.lower() for name in (*where.container.hosts, *asking.container.hosts)}:
            return Answer(FOUND)
        there = where.container.known_as.keys()
        found = tuple(one for one in self._named.get(host, ()) if not there.isdisjoint(_networks(one, host)))
        if found:
            return Answer(FOUND, found)
        if where.container.strangers or where.container.networks.open:
            return Answer(UNSURE, why=where.container.strangers or where.container.networks.open)
        answer = self._apart(host, "which is on none of its networks")
        others = asking.container.elsewhere
        if answer.kind == NOBODY and others is not None and host in {name.lower() for name in others()}:
            return Answer(UNSURE, why="another Compose file of the repository has a service of this name")
        return answer

    def _outside(self, asking: Running, host: str, why: str) -> Answer:
        """A container that does not ask the engine's name server."""
        known = host in {name.lower() for name in asking.container.hosts}
        if known or not why:
            return Answer(FOUND if known else UNSURE, why="its network is not known")
        answer = self._apart(host, why)
        return answer if answer.kind == APART else Answer(UNSURE, why="the host's own names are not known")

    def _apart(self, host: str, why: str) -> Answer:
        others = tuple(self._named.get(host, ()))
        if not others:
            return Answer(NOBODY)
        if any(one.container.networks.open for one in others):
            return Answer(UNSURE, others, "their networks are not known")
        borrowed = next((mode for one in others if (mode := _mode(one))), "")
        return Answer(
            APART, others, f"which has no network of its own (`network_mode: {borrowed}`)" if borrowed else why
        )

    def _network_owner(self, running: Running) -> Running | str:
        """Whose networks a container is on; else why it asks nobody, "" where that is not known."""
        for _ in range(_HOPS):
            mode = running.container.network_mode
            if mode is None or not mode.written:
                return running if running.container.known_as else ""
            text = mode.known
            if text in ("host", "none", "bridge"):
                return f"because `network_mode: {text}` knows no names of containers"
            other = self._by_service.get((text or "").removeprefix("service:"))
            if isinstance(mode.value, Unknown) or other is None:
                return ""
            running = other
        return ""


def _mode(running: Running) -> str:
    mode = running.container.network_mode
    return (mode.known or "") if mode is not None else ""


def _networks(running: Running, host: str) -> Iterator[str]:
    """The networks on which a container has a name."""
    for network, names in running.container.known_as.items():
        if any(name.lower() == host for name in names):
            yield network
