"""On which ports a container is known to listen, by its proxy's configuration, its command, its image."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dockguard.lazy import regex
from dockguard.record import dataclass
from dockguard.source import Fact, Span, Unknown
from dockguard.stack.link import Running, Stack
from dockguard.stack.pieces import Proxy

_NUMBER = regex(r"(?<![\d.])\d{2,5}(?![\d.])")
# The option of a server that names its one port, and the servers that are known to have no other.
_SERVER = regex(
    r"\b(?:uvicorn|gunicorn|hypercorn|daphne|waitress-serve|flask|streamlit|http-server|next|vite|manage\.py|rails|puma|"
    r"http\.server)\b"
)
_OPTION = regex(
    r"(?:--(?:port|bind|listen|server\.port)[= ]|(?:^|\s)-[pbl][= ]?|\brunserver\s+|\bhttp\.server\s+)"
    r"[\"']?(?:tcp://)?(?:[\w.*\[\]:-]{0,80}:)?(\d{2,5})\b"
)
_FIXED = frozenset(("postgres", "mysql", "mariadb", "mongo", "redis", "memcached"))
_MAX_TEXT = 20_000


@dataclass(frozen=True, slots=True)
class Serving:
    """The ports that a container listens on.

    `ports` are those that something names; `certain` that there is no other one, by what `evidence` says in words
    (placed at `span`). Without any evidence nothing is known, and `evidence` is "".
    """

    ports: frozenset[int]
    certain: bool
    evidence: str
    span: Span
    proxied: bool = False  # the evidence is a proxy's configuration, and other programs may run beside it
    listening: frozenset[int] = frozenset()  # of these ports, those that the evidence itself names

    def lacks(self, port: int) -> bool:
        """Whether nothing that is known says that it listens there, although something is known."""
        return bool(self.evidence) and port not in self.ports


def serving(running: Running, stack: Stack) -> Serving:
    """What is known of a container. A port that anything mentions counts as one that it may listen on."""
    proxies = [proxy for proxy in stack.proxies if proxy.container == running.name]
    nothing = Serving(frozenset(), False, "", running.span)
    if any(proxy.sockets.open for proxy in proxies) or _unread(running):
        return nothing
    mentioned = frozenset((*_mentioned(running), *(() if proxies else _of_images(running))))
    listening = _by_proxy(proxies, running) or _by_command(running) or _by_image(running)
    if listening is None:
        return nothing
    ports = listening.ports | mentioned
    return Serving(ports, listening.certain, listening.evidence, listening.span, bool(proxies), listening.ports)


def _unread(running: Running) -> bool:
    """Whether variables or arguments that nobody knows may name a port."""
    container = running.container
    facts = [container.command, container.entrypoint]
    facts += [running.built.cmd, running.built.entrypoint] if running.built is not None else []
    return bool(container.environment_open) or any(fact is not None and not fact.sure for fact in facts)


def _by_proxy(proxies: list[Proxy], running: Running) -> Serving | None:
    """The sockets of the nginx that is the container's only program."""
    if not proxies:
        return None
    sockets = [socket for proxy in proxies for socket in proxy.sockets if not socket.loopback]
    ports = {socket.port for socket in sockets}
    ports |= {port for proxy in proxies if proxy.stock for port in _known_ports(proxy.image)}
    listed = ", ".join(str(port) for port in sorted({socket.port for socket in sockets}))
    certain = all(_known_ports(proxy.image) for proxy in proxies) and _runs_nginx(running)
    span = sockets[0].span if sockets else proxies[0].span
    return Serving(frozenset(ports), certain, f"nginx listens on {listed}" if listed else "nginx listens nowhere", span)


def _runs_nginx(running: Running) -> bool:
    """Whether no other command than nginx's is given."""
    words = (*_words(running.container.entrypoint), *_words(running.container.command))
    if running.built is not None:
        words = (*words, *_words(running.built.entrypoint), *_words(running.built.cmd))
    return not words or any("nginx" in word for word in words)


def _known_ports(image: Fact[str] | None) -> tuple[int, ...]:
    from dockguard.common.images import facts_of

    name = image.known if image is not None else None
    facts = facts_of(name) if name else None
    return (facts.ports or ()) if facts is not None else ()


def _by_command(running: Running) -> Serving | None:
    """The port that a well-known server is told to listen on."""
    fact = next((fact for fact in _commands(running) if fact is not None and fact.written), None)
    text = " ".join(_words(fact))[:_MAX_TEXT]
    found = {int(match[1]) for match in _OPTION.finditer(text)} if _SERVER.search(text) else set()
    if not found or fact is None:
        return None
    listed = ", ".join(map(str, sorted(found)))
    return Serving(frozenset(found), True, f"its command listens on {listed}", fact.span)


def _commands(running: Running) -> Iterator[Fact[tuple[str, ...]] | None]:
    """What decides the command: the service's, else the image's."""
    yield running.container.command
    if running.built is not None:
        yield running.built.cmd


def _by_image(running: Running) -> Serving | None:
    """Ports that the image, or else the service, says it listens on."""
    for exposed, whose in ((_exposed(running), "its image"), (list(running.container.exposed or ()), "the service")):
        if exposed:
            listed = ", ".join(list(dict.fromkeys(str(port.known) for port in exposed))[:5])
            ports = frozenset(port.known for port in exposed if port.known is not None)
            return Serving(ports, False, f"{whose} exposes {listed}", exposed[0].span)
    name = running.image.known or ""
    fixed = frozenset(_known_ports(running.image)) if running.container.build is None and _is_fixed(running) else None
    if not fixed:
        return None
    return Serving(fixed, False, f"`{name}` listens on {', '.join(map(str, sorted(fixed)))}", running.image.span)


def _is_fixed(running: Running) -> bool:
    """Whether it is a database whose port nothing here can change; other programs open ports by their settings."""
    from dockguard.common.images import facts_of

    facts = facts_of(running.image.known) if running.image.known else None
    told = any(fact is not None and fact.written for fact in (running.container.command, running.container.entrypoint))
    configured = running.mounts.open or any(mount.kind in ("bind", "config") for mount in running.mounts)
    return facts is not None and facts.name in _FIXED and not told and not configured


def _exposed(running: Running) -> list[Fact[int]]:
    """What the Dockerfile exposes; nothing where a port is only known when it is built."""
    ports = list(running.built.ports) if running.built is not None else []
    return [] if any(isinstance(port.value, Unknown) for port in ports) else ports


def _mentioned(running: Running) -> Iterator[int]:
    """Every number that may be a port of the container."""
    container, built = running.container, running.built
    for port in (*(container.exposed or ()), *_exposed(running)):
        yield port.known or 0
    texts = [" ".join(_words(fact)) for fact in (container.entrypoint, container.command)]
    texts += _values(container.environment.values())
    if built is not None:
        texts += [" ".join(_words(built.entrypoint)), " ".join(_words(built.cmd)), *_values(built.env.values())]
        check = built.facts.get("healthcheck")
        texts += [" ".join(_words(check))] if isinstance(check, Fact) else []
    for text in texts:
        yield from (int(number) for number in _NUMBER.findall(text[:_MAX_TEXT]))


def _of_images(running: Running) -> Iterator[int]:
    """What is known of the image, and of the one that a build stands on."""
    yield from _known_ports(running.image)
    if running.built is not None:
        yield from _known_ports(running.built.base)


def _values(facts: Iterable[Fact[str]]) -> list[str]:
    return [fact.known for fact in facts if fact.known]


def _words(fact: Fact[tuple[str, ...]] | None) -> tuple[str, ...]:
    return (fact.known or ()) if fact is not None else ()
