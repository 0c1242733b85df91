"""Sockets of servers, and what goes over the wire in clear beside TLS."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dockguard.formats.nginx.level import Directive
from dockguard.formats.nginx.location import Location
from dockguard.formats.nginx.server import Server
from dockguard.formats.nginx.wire.listen import Listen
from dockguard.lazy import cached_property, regex
from dockguard.source import Fact, Many, Span, Unknown

_Socket = tuple[str, int, bool]
# Whom a redirect in an `if` is for: those who came without TLS.
_CLEAR = regex(
    r"\$(?:scheme|https|http_x_forwarded_proto|http_x_forwarded_ssl|server_port|ssl_protocol|ssl_cipher)\b", 2
)
# What is asked for without TLS by programs: certificates' challenges, health and status.
_PROGRAMS = regex(
    r"/(?:\.well-known(?:/|$)|(?:nginx|stub|server|basic)?[_-]?status(?:/|$)|health|livez|readyz|live(?:ness)?(?:/|$)|"
    r"ready(?:/|$)|ping(?:/|$)|metrics|up(?:/|$))",
    re.I,
)


class Socket:
    """One `listen` line of a server, or port 80 of a server without one."""

    def __init__(self, listen: Listen, server: Server, secure: dict[_Socket, Listen], why: str = "") -> None:
        self.listen, self.server, self._why = listen, server, why
        self._secure = secure.get(listen.socket)

    listen: Listen
    """The line as read."""
    server: Server
    """The server it belongs to."""

    @property
    def span(self) -> Span:
        """The line."""
        return self.listen.span

    @property
    def subject(self) -> str:
        """The server and where it listens."""
        return f"{self.server.subject}: listen {self.listen.written}"

    @property
    def port(self) -> int:
        """The port; 0 for a Unix socket."""
        return self.listen.port

    @property
    def loopback(self) -> bool:
        """Whether other machines cannot reach it."""
        return self.listen.loopback

    @property
    def ssl(self) -> bool:
        """Whether the line itself says `ssl` or `quic`."""
        return self.listen.ssl

    @property
    def _old_ssl(self) -> bool:
        return isinstance(self.server.level.nearest("ssl").value, Directive)

    @cached_property
    def clear(self) -> Fact[str]:
        """The address, where it surely speaks plain HTTP; absent where it speaks TLS, or nobody can know."""
        if self._secure is not None or self._old_ssl:
            return Fact(None, self.span)
        return Fact(Unknown(self._why) if self._why else self.listen.written, self.span)

    @property
    def borrowed(self) -> Fact[str]:
        """The `listen` line of another server that makes it speak TLS; absent where its own does."""
        if self._secure is None or self.ssl or self._old_ssl:
            return Fact(None, self.span)
        return Fact(self._secure.written, self._secure.span)

    def __repr__(self) -> str:
        return f"Socket({self.listen.written})"


class Clear:
    """A server that answers over plain HTTP, on a site that speaks TLS too."""

    def __init__(self, socket: Socket, secure: tuple[Server, ...]) -> None:
        self.socket, self._secure = socket, secure

    socket: Socket
    """Its first socket without TLS that other machines reach."""

    @property
    def server(self) -> Server:
        """The server."""
        return self.socket.server

    @property
    def span(self) -> Span:
        """The `listen` line."""
        return self.socket.span

    @property
    def subject(self) -> str:
        """The server's."""
        return self.server.subject

    @cached_property
    def twin(self) -> Server | None:
        """The TLS server of one of its names, perhaps itself; None where its names are its own."""
        return next((one for one in self._secure if one is self.server or _share(self.server, one)), None)

    @property
    def contents(self) -> Many[Location]:
        """The contexts that answer with files or an upstream's pages instead of a redirect."""
        why = self.server.level.hidden(frozenset(("return", "rewrite", "if", "include")))
        if why or self.server.contexts.open or self._turned_away():
            return Many((), self.span, why)
        return Many(tuple(one for one in self.server.contexts if _content(one)), self.span)

    def _turned_away(self) -> bool:
        """Whether an `if` of the server sends those who came without TLS somewhere else."""
        return any(_sends_away(line) for line in self.server.level.own.get("if", ()))

    @property
    def elsewhere(self) -> Fact[str]:
        """The host that it sends everybody to, where that is none of its own names; absent else."""
        line = self.server.contexts.items[0].ended_by if self.server.contexts.items else Fact[str](None, self.span)
        target = _HTTPS.search(line.known or "")
        names = {str(name.known).lower() for name in self.server.names}
        if target is None or not names or any(not _EXACT.fullmatch(name) for name in names):
            return Fact(None, self.span)
        off = names - {target[1].lower()}
        return Fact(target[1], line.span) if off else Fact(None, self.span)

    def __repr__(self) -> str:
        return f"Clear({self.subject})"


_HTTPS = regex(r"https://([\w.-]+\.[\w-]+)(?=[/:$?#\s]|$)")
_EXACT = regex(r"[\w-]+(?:\.[\w-]+)+")


def _content(context: Location) -> bool:
    if context.action not in ("files", "proxy") or context.kind not in ("server", "location") or context.internal:
        return False
    return context.path is None or not _PROGRAMS.match("/" + context.path.lstrip("=~*^ /\\").replace("\\", ""))


def _sends_away(line: Directive) -> bool:
    inside = [one for one in line.statement.block or () if one.name.text in ("return", "rewrite")]
    leaves = any(one.name.text == "return" or "https://" in " ".join(one.texts) for one in inside)
    return leaves and _CLEAR.search(" ".join(line.texts)) is not None


def _share(one: Server, other: Server) -> bool:
    """Whether two servers may answer for the same host."""
    ours, theirs = _names(one), _names(other)
    return not ours or not theirs or any(_covers(a, b) or _covers(b, a) for a in ours for b in theirs)


def _names(server: Server) -> list[str]:
    found = [str(name.known).lower() for name in server.names if name.known not in ("", "_", "localhost")]
    return found if not any(name.startswith("~") or "$" in name for name in found) else []


def _covers(wide: str, name: str) -> bool:
    if wide == name:
        return True
    if wide.startswith("*."):
        return name.endswith(wide[1:])
    if wide.startswith("."):
        return name == wide[1:] or name.endswith(wide)
    return wide.endswith(".*") and name.startswith(wide[:-1])


def sockets(servers: Many[Server]) -> Iterator[Socket]:
    """Every socket of every server; with servers that nobody sees, any of them may speak TLS."""
    every = tuple(servers)
    secure: dict[_Socket, Listen] = {}
    for server in every:
        for listen in server.listens:
            if listen.ssl:
                secure.setdefault(listen.socket, listen)
    return (Socket(listen, server, secure, servers.open) for server in every for listen in server.listens)


def clears(servers: Many[Server]) -> Iterator[Clear]:
    """The servers without TLS of a site that has some; nothing where TLS may end elsewhere."""
    every = tuple(servers)
    secure = tuple(server for server in every if server.tls.known)
    if not secure:
        return
    open_ones = [one for one in sockets(Many(every, servers.span)) if one.clear.known and not one.loopback]
    usual = 80 if any(one.port == 80 for one in open_ones) else 8080
    seen: set[int] = set()
    for one in open_ones:
        fits = one.port == usual or one.server in secure
        if fits and id(one.server) not in seen:
            seen.add(id(one.server))
            yield Clear(one, secure)
