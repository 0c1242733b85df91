"""The controls of a host: what its responses carry, in the worst of its contexts, and the rules that judge it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any

from dockguard.formats.nginx.level import Directive
from dockguard.formats.nginx.location import Location
from dockguard.formats.nginx.server import Server
from dockguard.formats.nginx.site import Site
from dockguard.formats.nginx.wire.tls import sides
from dockguard.posture.judge import Heard
from dockguard.posture.model import Said
from dockguard.record import dataclass
from dockguard.source import Span, Unknown

DROPPED = "nginx/add-header-dropped"


@dataclass(frozen=True, slots=True)
class Host:
    """A server of a site, and what its contexts are."""

    server: Server
    site: Site

    @cached_property
    def pages(self) -> list[Location]:
        """Contexts that browsers get HTML pages from."""
        return [one for one in self.server.contexts if one.document and not one.inherits_all]

    @cached_property
    def responses(self) -> list[Location]:
        """Contexts that clients get ordinary responses from."""
        return [one for one in self.server.contexts if one.responds and not one.inherits_all]

    @cached_property
    def lines(self) -> Lines:
        """The lines that count in it."""
        return Lines(self.server)

    def concerns(self, heard: Heard) -> bool:
        """Whether what a rule says is about this server: its node is, or its place is a line that counts here."""
        owner = heard.node if isinstance(heard.node, Server) else getattr(heard.node, "server", None)
        if owner is not None:
            return owner is self.server
        return self.lines.hold(heard.finding.span if heard.finding is not None else heard.node.span)


@dataclass(frozen=True, slots=True)
class Lacking:
    """How many contexts lack something, of how many; `maybe` are those whose upstream may send it."""

    surely: Sequence[Location]
    maybe: Sequence[Location]
    unknown: str
    every: int


@dataclass(frozen=True, slots=True)
class Control:
    """One row for every host; `header` is the header's name in lower case where it is one."""

    name: str
    say: Callable[[Host], Said]
    rules: tuple[str, ...]
    header: str = ""
    lacking: Callable[[Host], Lacking] | None = None

    def about(self, heard: Heard) -> bool:
        """Whether a finding belongs to this row; dropped headers are of several rows."""
        if heard.rule.id != DROPPED:
            return True
        return any(header.key == self.header for header in heard.node.lost_headers)


def controls() -> tuple[Control, ...]:
    """All of them, in the order in which they are shown."""
    return (
        Control("TLS", _tls, ("nginx/tls-*", "nginx/ssl-*", "nginx/cleartext-443", "nginx/http-not-redirected")),
        _header("HSTS", "strict-transport-security", ("nginx/hsts-*",), secure=True),
        _header("CSP", "content-security-policy", ("nginx/csp-*",)),
        Control("framing", _pages, ("nginx/xfo-*", DROPPED), "x-frame-options", _unframed),
        _header("nosniff", "x-content-type-options", ("nginx/nosniff-*",)),
        _header("Referrer-Policy", "referrer-policy", ("nginx/referrer-policy-*",)),
        Control("server tokens", _tokens, ("nginx/server-version",)),
        Control("rate limit", _limited, ("nginx/rate-*", "nginx/login-not-rate-limited"), "", _unlimited),
    )


def _tls(host: Host) -> Said:
    server = host.server
    if isinstance(server.tls.value, Unknown):
        return Said("", server.tls.span, server.tls.value.why)
    if server.tls.value is not True:
        redirects = Said("plain HTTP", absent="it only redirects")
        return redirects if server.action else Said("plain HTTP", None, "whether TLS ends before it is not seen")
    side = next((side for side in sides([server]) if side.server is server), None)
    protocols = side.protocols if side is not None else server.tls_protocols
    names = [fact.known.removeprefix("TLSv") for fact in protocols if fact.known]
    return Said(" ".join(names) or "on", protocols.span, protocols.open)


def _tokens(host: Host) -> Said:
    setting = host.server.level.setting("server_tokens")
    if isinstance(setting.value, Unknown):
        return Said("", setting.span, setting.value.why)
    if setting.value is None and host.server.action:
        return Said("on", absent="it only redirects")
    return Said(setting.value or "on by default", setting.span)


# --- headers ----------------------------------------------------------------------------------------------------------


def _header(name: str, header: str, rules: tuple[str, ...], secure: bool = False) -> Control:
    def lacking(host: Host) -> Lacking:
        contexts = host.responses if secure else host.pages
        return _without(contexts, lambda one: one.lacks(header))

    return Control(name, _secure if secure else _pages, (*rules, DROPPED), header, lacking)


def _pages(host: Host) -> Said:
    return Said("set", host.server.span) if host.pages else Said("no pages", absent="it serves no pages")


def _secure(host: Host) -> Said:
    tls = host.server.tls.value
    if isinstance(tls, Unknown):
        return Said("", host.server.tls.span, tls.why)
    if not tls:
        return Said("plain HTTP", absent="browsers heed it over TLS only")
    return Said("set", host.server.span) if host.responses else Said("no answers", absent="it answers nothing")


def _unframed(host: Host) -> Lacking:
    def lacks(one: Location) -> bool | None:
        return None if isinstance(one.framing.value, Unknown) else one.framing.value is None

    return _without(host.pages, lacks)


def _without(contexts: Sequence[Location], lacks: Callable[[Location], bool | None]) -> Lacking:
    answers = [(one, lacks(one)) for one in contexts]
    surely = [one for one, answer in answers if answer and not one.proxied]
    maybe = [one for one, answer in answers if answer and one.proxied]
    unknown = "the request, or a file that nobody has read, decides" if any(a is None for _, a in answers) else ""
    return Lacking(surely, maybe, unknown, len(contexts))


# --- limits -----------------------------------------------------------------------------------------------------------


def _applications(host: Host) -> list[Location]:
    """Contexts where an application works for whoever asks."""
    return [one for one in host.responses if one.proxied]


def _limited(host: Host) -> Said:
    if not _applications(host):
        return Said("no application", absent="no application is behind it")
    return Said("set", host.server.span)


def _unlimited(host: Host) -> Lacking:
    contexts = _applications(host)
    surely = [one for one in contexts if not one.limits.items and not one.limits.open]
    unknown = next((one.limits.open for one in contexts if one.limits.open and not one.limits.items), "")
    return Lacking(surely, (), unknown, len(contexts))


# --- which lines count ------------------------------------------------------------------------------------------------


class Lines:
    """The places of a server's directives: those inside it, and those around it that it inherits."""

    def __init__(self, server: Server) -> None:
        self._places: dict[str, list[tuple[int, int]]] = {}
        for span in self._spans(server):
            self._places.setdefault(span.source.path, []).append((span.start, span.end))
        for places in self._places.values():
            places.sort()

    def hold(self, span: Span) -> bool:
        """Whether a place lies in one of them."""
        outer = span.outer
        places = self._places.get(outer.source.path, [])
        at = bisect_right(places, (outer.start, len(outer.source.text) + 1)) - 1
        return at >= 0 and places[at][1] >= outer.end

    def _spans(self, server: Server) -> Iterable[Span]:
        yield server.span.outer
        for level in server.level.walk():
            yield from (line.span.outer for line in level.directives)
        for context in server.contexts:
            yield from (header.span.outer for header in context.headers)
        for level in server.level.chain[1:]:
            yield from (line.span.outer for line in level.directives if _counts(server, line))


def _counts(server: Any, line: Directive) -> bool:
    return line.name != "add_header" and server.level.nearest(line.name).value is line
