"""Sockets with all the servers that share them, and which of these answers for hosts that none of them names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from dockguard.formats.nginx.level import Level
from dockguard.formats.nginx.server import Server
from dockguard.formats.nginx.site import Site
from dockguard.formats.nginx.wire.listen import Listen, listen_of
from dockguard.record import dataclass
from dockguard.source import Fact, Span

_NOBODY = frozenset(("", "_", "__", "localhost", "default", "invalid", "*"))


@dataclass(frozen=True, slots=True)
class Member:
    """One server of a socket; `server` is None for one of `stream`."""

    level: Level
    listen: Listen
    server: Server | None


class Endpoint:
    """One address and port."""

    def __init__(self, members: tuple[Member, ...], why: str, again: bool = False) -> None:
        self.members, self._why = members, why
        self._again = again  # the same servers share a socket before it: of IPv4, for instance

    @property
    def span(self) -> Span:
        """The first `listen` line."""
        return self.members[0].listen.span

    @property
    def subject(self) -> str:
        """Where it listens."""
        first = self.members[0].listen
        kind = "" if self.members[0].server is not None else "stream "
        return f"{kind}listen {first.address}:{first.port}{' quic' if first.quic else ''}"

    @property
    def name(self) -> str:
        """The address as written first."""
        return self.members[0].listen.written

    @property
    def count(self) -> int:
        """How many servers share it."""
        return len({id(member.level) for member in self.members})

    @property
    def ambiguous(self) -> Fact[str]:
        """The address, where several servers share it and none is said to be the default; not of Unix sockets."""
        chosen = any(member.listen.default for member in self.members) or not self.members[0].listen.port or self._again
        return Fact(self.name if self.count > 1 and not chosen else None, self.span)

    @property
    def first(self) -> Member:
        """The server that answers for unknown hosts: the default, else the first one."""
        return next((member for member in self.members if member.listen.default), self.members[0])

    @property
    def stranger(self) -> Fact[str]:
        """The name of the server that answers for hosts it is not named for; absent where such are refused.

        Silent for servers without a name, which are meant for everybody, and where only the machine itself gets in.
        """
        member = self.first
        server = member.server
        if server is None or self._why or self._again or server.names.open or server.fragment or member.listen.loopback:
            return Fact(None, self.span)
        named = [str(name.known) for name in server.names if name.known is not None]
        anybody = not named or any(name.lower() in _NOBODY or name.startswith("~") for name in named)
        refuses = server.rejects_handshake or server.action in ("reject", "redirect")
        return Fact(None if anybody or refuses else named[0], member.listen.span)

    def __repr__(self) -> str:
        return f"Endpoint({self.subject})"


def endpoints(site: Site) -> Iterator[Endpoint]:
    """Every socket of the `http` servers and of the `stream` servers."""
    found: dict[tuple[object, ...], list[Member]] = {}
    for server in site.servers:
        for listen in server.listens:
            found.setdefault(("http", *_socket(listen)), []).append(Member(server.level, listen, server))
    for level in _stream(site.root):
        for line in level.own.get("listen", ()):
            stream = listen_of(line)
            if stream is not None:
                key = ("stream", *_socket(stream), "udp" in line.texts)
                found.setdefault(key, []).append(Member(level, stream, None))
    seen: set[tuple[tuple[int, bool], ...]] = set()
    for members in found.values():
        group = tuple((id(member.level), member.listen.default) for member in members)
        yield Endpoint(tuple(members), site.servers.open, group in seen)
        seen.add(group)


def _socket(listen: Listen) -> tuple[str, int, bool]:
    """What servers share, IPv6 addresses in one spelling."""
    address, port, quic = listen.socket
    if address.startswith("[") and "$" not in address:
        import ipaddress

        with suppress(ValueError):
            address = ipaddress.ip_address(address.strip("[]")).compressed
    return address, port, quic


def _stream(root: Level) -> Iterator[Level]:
    for level in root.children:
        if level.context == "stream":
            yield from (child for child in level.children if child.context == "stream server")
