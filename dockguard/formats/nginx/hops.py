"""Lines that send requests on, with what counts for them: where they lead, headers, TLS; and servers of `upstream`s."""

from __future__ import annotations

from collections.abc import Iterator

from dockguard.formats.nginx import dnsname
from dockguard.formats.nginx.flow import authority
from dockguard.formats.nginx.flow.uses import UPSTREAM, Use, uses
from dockguard.formats.nginx.flow.values import VARIABLE, names
from dockguard.formats.nginx.level import Directive, Level
from dockguard.formats.nginx.location import Location
from dockguard.formats.nginx.site import Site
from dockguard.lazy import cached_property
from dockguard.source import Fact, Many, Span, Unknown, Via

_TLS = ("https://", "grpcs://", "suwsgi://")
_DOCKER = ("docker.sock", "podman.sock", "containerd.sock")


class Peer:
    """A `server` line of an `upstream` block, or the `proxy_pass` of a server of `stream`."""

    def __init__(self, line: Directive, group: Level) -> None:
        self.line, self.group = line, group

    line: Directive
    """The line."""

    @property
    def span(self) -> Span:
        """The line."""
        return self.line.span

    @property
    def subject(self) -> str:
        """The block and the server."""
        return f"{self.group.subject}: {self.line.name} {self.line.text(0)}"

    @property
    def host(self) -> str:
        """The host in lower case; "" for a Unix socket or a template."""
        return "" if self.line.words and self.line.words[0].opaque else dnsname.host_of(self.line.text(0))

    @property
    def late(self) -> bool:
        """Whether its name is looked up again and again (`resolve`)."""
        return "resolve" in self.line.texts

    @property
    def stale(self) -> Fact[str]:
        """Its name, where the public DNS may know it and nginx looks it up once; absent else."""
        found = self.host if not self.late and dnsname.public(self.host) else None
        return Fact(found, self.line.first.span)

    @property
    def inner(self) -> Fact[str]:
        """Its name, where that is one of an own network and nginx looks it up once; absent else."""
        own = dnsname.looked_up(self.host) and not dnsname.public(self.host) and not self.late
        return Fact(self.host if own else None, self.line.first.span)

    @property
    def unresolvable(self) -> Fact[str]:
        """Its name, where `resolve` asks for a resolver and there is none; unknown where it may be in unread files."""
        return _unless_resolver(self.line, self.host if self.late else "", self.span)


class Hop:
    """A `proxy_pass`, `fastcgi_pass`, `uwsgi_pass`, `scgi_pass`, `grpc_pass` or `memcached_pass`."""

    def __init__(self, use: Use, location: Location, groups: dict[str, Level], named: frozenset[str]) -> None:
        self.use, self.line, self.location = use, use.line, location
        self._groups, self._named = groups, named

    line: Directive
    """The line."""
    location: Location
    """The context that it stands in."""

    @property
    def span(self) -> Span:
        """The line."""
        return self.line.span

    @property
    def subject(self) -> str:
        """The line's."""
        return self.line.subject

    @property
    def address(self) -> Fact[str]:
        """The address as written."""
        return self.line.first

    @property
    def kind(self) -> str:
        """What its settings begin with: `proxy`, `fastcgi`, `uwsgi`, `scgi`, `grpc`, `memcached`."""
        return self.line.name.removesuffix("_pass")

    # --- where it leads ---

    @cached_property
    def hosts(self) -> tuple[str, ...]:
        """The hosts that it can lead to and that the files name, without ports."""
        scheme = self.kind == "proxy" or "://" in self.line.text(0)
        found = (authority.host(way, scheme) for way in self.use.ways)
        return tuple(dict.fromkeys(dnsname.host_of(host) for host in found if host))

    @property
    def moves(self) -> bool:
        """Whether a variable leaves the address to each request."""
        return "$" in self.line.text(0)

    @cached_property
    def group(self) -> Level | None:
        """The `upstream` block that it leads to."""
        return next((self._groups[host] for host in self.hosts if host in self._groups), None)

    @property
    def grouped(self) -> bool:
        """Whether it leads to an `upstream` block."""
        return self.group is not None

    @property
    def stale(self) -> Fact[str]:
        """Its host, where the public DNS may know it and nginx looks it up once, when it starts; absent else."""
        if self.moves or self.grouped or not self.hosts or not dnsname.public(self.hosts[0]):
            return Fact(None, self.span)
        return Fact(self.hosts[0], self.address.span)

    @property
    def inner(self) -> Fact[str]:
        """Its host, where that is a name of an own network and nginx looks it up once; absent else."""
        host = self.hosts[0] if self.hosts and not self.moves and not self.grouped else ""
        own = bool(host) and dnsname.looked_up(host) and not dnsname.public(host)
        return Fact(host if own else None, self.address.span)

    @property
    def unresolvable(self) -> Fact[str]:
        """A host to look up for each request, where there is no resolver; unknown where there may be one."""
        return _unless_resolver(self.line, self._late, self.address.span)

    @cached_property
    def _late(self) -> str:
        """The first of its hosts that must be looked up for each request; "" for none."""
        known = self._named.union(self._groups)
        late = (host for host in self.hosts if dnsname.looked_up(host) and host not in known)
        return next(late, "") if self.moves else ""

    @property
    def unseen(self) -> Fact[str]:
        """A host to look up for each request, where a resolver can only be in files that nobody read."""
        found = self.unresolvable
        return Fact(self._late if isinstance(found.value, Unknown) else None, found.span)

    @property
    def unnamed(self) -> Fact[str]:
        """Its address, where only the request decides what host to look up, and no resolver is seen; absent else."""
        text = self.line.text(0)
        scheme = self.kind == "proxy" or "://" in text
        fixed = all(authority.host(way, scheme) for way in self.use.ways)
        seen = isinstance(self.line.level.nearest("resolver").value, Directive)
        filled = any(match[0].strip("${}").isupper() for match in VARIABLE.finditer(text))  # by a template's program
        if not self.moves or fixed or filled or "unix:" in text or seen:
            return Fact(None, self.span)
        return Fact(text, self.address.span)

    @property
    def outside(self) -> bool:
        """Whether it leads to a name that the public DNS may know."""
        peers = self._peers if self.group is not None else self.hosts
        return any(dnsname.public(host) for host in peers)

    @property
    def _peers(self) -> tuple[str, ...]:
        lines = self.group.own.get("server", ()) if self.group is not None else ()
        return tuple(dnsname.host_of(line.text(0)) for line in lines)

    @property
    def socket(self) -> Fact[str]:
        """The Unix socket of a container engine that it leads to; absent for anything else."""
        lines = (self.line, *(self.group.own.get("server", ()) if self.group is not None else ()))
        found = next((line for line in lines if _engine(line.text(0))), self.line)
        via = None if found is self.line else Via(found.span, "this server of the upstream")
        return Fact(_engine(found.text(0)), self.address.span, via)

    # --- TLS ---

    @property
    def tls(self) -> bool:
        """Whether it speaks TLS."""
        return self.line.text(0).startswith(_TLS)

    @property
    def unverified(self) -> Fact[str]:
        """Whom it speaks TLS with without looking at the certificate; absent where it looks, or speaks no TLS."""
        if not self.tls or (self.moves and not self.hosts):
            return Fact(None, self.span)
        found = self.line.level.setting(f"{self.kind}_ssl_verify")
        if isinstance(found.value, Unknown):
            return Fact(found.value, self.span)
        name = self.hosts[0] if self.hosts else self.line.text(0)
        return Fact(None if found.value == "on" else name, self.address.span)

    @property
    def nameless(self) -> Fact[str]:
        """Whom it speaks TLS with without saying which name it asks for (SNI); absent where it does, or needs not."""
        if not self.tls or not self.outside:
            return Fact(None, self.span)
        found = self.line.level.setting(f"{self.kind}_ssl_server_name")
        if isinstance(found.value, Unknown):
            return Fact(found.value, self.span)
        return Fact(None if found.value == "on" else self.line.text(0), self.address.span)

    # --- headers ---

    @cached_property
    def headers(self) -> Many[Directive]:
        """The `proxy_set_header` lines that count (of gRPC `grpc_set_header`)."""
        return self.line.level.listed("grpc_set_header" if self.kind == "grpc" else "proxy_set_header")

    def header(self, name: str) -> Directive | None:
        """The last line of a header (lower case)."""
        return next((line for line in reversed(self.headers.items) if line.text(0).lower() == name), None)

    def _lacks(self, *wanted: str) -> Fact[str]:
        if self.kind != "proxy" or any(self.header(name) is not None for name in wanted):
            return Fact(None, self.span)
        return Fact(Unknown(self.headers.open) if self.headers.open else self.line.text(0), self.span)

    @property
    def hostless(self) -> Fact[str]:
        """Its address, where the upstream gets that as the host instead of the one that was asked for; absent else.

        For a server outside that is right, and for a name that the request decides nobody can know.
        """
        return Fact(None, self.span) if self.outside or not self.hosts else self._lacks("host")

    @property
    def anonymous(self) -> Fact[str]:
        """Its address, where the upstream does not get to know the client's; absent else."""
        return self._lacks("x-real-ip", "x-forwarded-for", "forwarded", "x-client-ip", "cf-connecting-ip")

    @property
    def upgrades(self) -> Fact[str]:
        """The `Upgrade` that clients choose freely and that is passed on; absent where none is, or only `websocket`."""
        line, connection = self.header("upgrade"), self.header("connection")
        if self.kind != "proxy" or line is None or connection is None or line.words[-1].opaque:
            return Fact(None, self.span)
        asked = self.use.taint.text(line.text(1), line)
        free = "http_upgrade" in asked.chosen or any(name == "http_upgrade" for name in names(line.text(1)))
        kept = not connection.text(1) or connection.text(1).lower() == "close"
        return Fact(line.text(1) if free and not kept else None, line.span)

    @property
    def unpooled(self) -> Fact[str]:
        """What is missing for the connections that its `upstream` keeps; absent where nothing is."""
        group = self.group
        if self.kind != "proxy" or group is None or not group.has("keepalive"):
            return Fact(None, self.span)
        version, line = self.line.level.setting("proxy_http_version"), self.header("connection")
        if isinstance(version.value, Unknown) or self.headers.open:
            return Fact(Unknown("settings are in unread files"), self.span)
        if version.value != "1.1":
            return Fact("`proxy_http_version 1.1`", self.span)
        return Fact(None if line is not None else '`proxy_set_header Connection ""`', self.span)

    @property
    def unbuffered(self) -> Fact[str]:
        """`off`, where each answer is sent on as it comes; absent else."""
        found = self.line.level.nearest(f"{self.kind}_buffering")
        line = found.value
        off = isinstance(line, Directive) and line.text(0) == "off"
        return Fact("off" if off else None, line.span if isinstance(line, Directive) else self.span)


def _unless_resolver(line: Directive, host: str, where: Span) -> Fact[str]:
    """A host that must be looked up, unless a resolver counts for a line; unknown where unread files may name one."""
    found = line.level.nearest("resolver") if host else None
    if found is None or isinstance(found.value, Unknown):
        return Fact(None if found is None else found.value, where)  # type: ignore[arg-type]
    return Fact(None if found.written else host, where)


def _engine(text: str) -> str | None:
    """The socket of a container engine in an address."""
    path = text.partition("unix:")[2].partition(":")[0]
    return path if path.rpartition("/")[2] in _DOCKER else None


def _blocks(site: Site) -> list[Level]:
    """The `upstream` blocks."""
    return [level for level in site.http.children if level.context == "upstream"] if site.http is not None else []


def peers(site: Site) -> Iterator[Peer]:
    """Every `server` of every `upstream` block, and what servers of `stream` lead to by a name of its own."""
    streams = [level for block in site.root.children if block.context == "stream" for level in block.children]
    groups = [level for level in streams if level.context == "stream upstream"]
    for group in (*_blocks(site), *groups):
        yield from (Peer(line, group) for line in group.own.get("server", ()) if line.words)
    named = {
        group.statement.texts[0].lower() for group in groups if group.statement is not None and group.statement.args
    }
    for server in site.streams:
        line = server.last("proxy_pass")
        if line is not None and line.words and "$" not in line.text(0) and line.text(0).lower() not in named:
            yield Peer(line, server)


def hops(site: Site) -> Iterator[Hop]:
    """Every line of a `http` block that sends requests on."""
    blocks = (group for group in _blocks(site) if group.statement is not None and group.statement.args)
    groups = {group.statement.texts[0].lower(): group for group in blocks if group.statement is not None}
    contexts = {id(location.level): location for location in site.locations}
    found = [use for use in uses(site) if use.role == UPSTREAM and id(use.line.level) in contexts]
    named = frozenset(_named(use) for use in found)
    for use in found:
        yield Hop(use, contexts[id(use.line.level)], groups, named)


def _named(use: Use) -> str:
    """The host of an address without variables: nginx knows it from the start, by its name."""
    text = use.line.text(0)
    return "" if "$" in text else dnsname.host_of(text.partition("://")[2].partition("/")[0] or text)
