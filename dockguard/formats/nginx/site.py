"""One assembled nginx: its servers and everything that rules may ask about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dockguard.formats.nginx.directives.table import Version
from dockguard.formats.nginx.flow.values import Variables
from dockguard.formats.nginx.headers.csp import Policy, policies
from dockguard.formats.nginx.headers.headers import Header, Headers
from dockguard.formats.nginx.headers.hsts import Hsts
from dockguard.formats.nginx.home.release import before, release, tagged
from dockguard.formats.nginx.home.resolve import magic
from dockguard.formats.nginx.level import UNSEEN, Directive, Level
from dockguard.formats.nginx.limits import Limit, Limits, Zone
from dockguard.formats.nginx.location import Location
from dockguard.formats.nginx.matching import find
from dockguard.formats.nginx.server import Server
from dockguard.formats.nginx.text.tree import Tree
from dockguard.formats.nginx.wire.listen import Listen, listen_of
from dockguard.lazy import cached_property
from dockguard.source import Fact, Many, Source, Span, Unknown

_CSP = ("content-security-policy", "content-security-policy-report-only")


class Site:
    """A whole configuration, or a fragment of one with the blocks around it taken as unknown."""

    def __init__(
        self,
        root: Level,
        directives: list[Directive],
        sources: list[Source],
        image: Fact[str],
        container: str = "",
    ) -> None:
        self.root, self.directives, self.sources = root, directives, tuple(sources)
        self.image, self.container = image, container
        self.names: tuple[str, ...] = ()
        self.root.version = tagged(image.known or "")

    sources: tuple[Source, ...]
    image: Fact[str]
    """The image that runs it, or that its build stands on, as written; unknown where no container is seen."""
    names: tuple[str, ...]
    """Every image name that it goes by: of the base, and of the service."""
    container: str
    """The name of the container that runs it; "" where none is seen."""

    @property
    def span(self) -> Span:
        """The beginning of its first file."""
        return self.sources[0].whole

    @property
    def subject(self) -> str:
        """`site` and the path of its first file."""
        return f"site {self.sources[0].path}"

    @cached_property
    def http(self) -> Level | None:
        """The `http` block."""
        return next((level for level in self.root.children if level.context == "http"), None)

    @property
    def fragment(self) -> bool:
        """Whether the files are a part of a configuration whose other part is not there."""
        return self.open != ""

    @cached_property
    def open(self) -> str:
        """Why something may be missing; "" for a whole configuration."""
        return next((gap.why for level in self.root.walk() for gap in level.gaps if gap.may is None), "")

    @property
    def adrift(self) -> bool:
        """Whether it is a part that no file includes and no container or image has."""
        return self.open == UNSEEN.why and not self.container and not self.names

    @property
    def version(self) -> Version | None:
        """The version of its nginx, by the image's tag (`nginx:1.25-alpine` is (1, 25)) or by an assumption."""
        return self.root.version

    @property
    def nginx_version(self) -> Fact[Version]:
        """The release of its nginx, placed at the image that tells it; unknown where nobody can tell."""
        return release(self.root.version, self.image)

    def before(self, *numbers: int) -> bool | None:
        """Whether its nginx is older than a release (`site.before(1, 25, 1)`); None where that is not known."""
        return before(self.root.version, numbers)

    @property
    def absent_includes(self) -> Iterator[tuple[Directive, bool]]:
        """The `include` lines of one file each that its container has not, and whether that is sure."""
        lacks: Callable[[str], str] = self.root.memo.get("lacks", lambda path: "")
        for line in self.directives:
            if line.name == "include" and len(line.words) == 1 and line.verbatim and not magic(line.text(0)):
                found = lacks(line.text(0)) if "$" not in line.text(0) else ""
                if found:
                    yield line, found == "surely"

    @property
    def unseen_includes(self) -> Iterator[Directive]:
        """The `include` lines of one file each, by a relative path, whose file nobody could read."""
        for line in self.root.memo.get("missing", ()):
            text = line.text(0)
            if (
                len(line.words) == 1
                and line.verbatim
                and not magic(text)
                and not text.startswith("/")
                and "$" not in text
            ):
                yield line

    @property
    def templates(self) -> tuple[Tree, ...]:
        """The templates that its files are rendered from, as they are written."""
        found: tuple[Tree, ...] = self.root.memo.get("templates", ())
        return found

    # --- blocks ---

    @cached_property
    def variables(self) -> Variables:
        """What gives variables a value."""
        return Variables(self.http)

    @cached_property
    def _headers(self) -> Headers:
        return Headers(self.variables)

    @cached_property
    def _limits(self) -> Limits:
        return Limits(self.http, self.root, self.variables)

    @cached_property
    def servers(self) -> Many[Server]:
        """Its servers, in order; a fragment's lines outside of any server belong to one that is not in the files."""
        levels = [level for level in self.http.children if level.context == "server"] if self.http else []
        tls, defaults = _sockets(levels)
        why = self.http.hidden(frozenset(("server",))) if self.http else ""
        servers = tuple(Server(level, tls, defaults, why) for level in levels)
        for server in servers:
            server._contexts = tuple(self._contexts(server))
        return Many(servers, self.span, why)

    def _contexts(self, server: Server) -> Iterator[Location]:
        stack: list[tuple[Level, Location | None]] = [(server.level, None)]
        while stack:
            level, outer = stack.pop()
            location = Location(level, server, self._headers, self._limits, outer)
            yield location
            inner = [child for child in level.children if child.context in _ANSWERING]
            stack += [(child, location) for child in reversed(inner)]

    def answering(self, port: int, host: str, uri: str) -> Location | None:
        """What answers a request for a decoded URI at a port; None where no server listens there."""
        found = [server for server in self.servers if any(listen.port == port for listen in server.listens)]
        named = (server for server in found if any(name.known == host for name in server.names))
        server = next(named, None) or next((server for server in found if server.default), None)
        if server is None:
            return None
        return next(iter(server.inside(find(server.level, uri).level)), None)

    @property
    def streams(self) -> tuple[Level, ...]:
        """The `server` blocks of `stream`."""
        blocks = (level for level in self.root.children if level.context == "stream")
        return tuple(child for block in blocks for child in block.children if child.context == "stream server")

    @cached_property
    def locations(self) -> Many[Location]:
        """Every response context of every server."""
        found = tuple(location for server in self.servers for location in server.contexts)
        return Many(found, self.span, self.servers.open)

    @property
    def tls(self) -> bool:
        """Whether some server speaks TLS."""
        return any(server.tls.known for server in self.servers)

    # --- lines ---

    @cached_property
    def headers(self) -> tuple[Header, ...]:
        """Every header of an `add_header` or a `more_set_headers` line, each once."""
        levels = self.http.walk() if self.http is not None else ()
        sending = (level for level in levels if level.has("add_header") or level.has("more_set_headers"))
        return tuple(header for level in sending for header in self._headers.lines(level))

    @cached_property
    def policies(self) -> tuple[Policy, ...]:
        """Every Content-Security-Policy that some line can send."""
        return tuple(policy for header in self.headers if header.key in _CSP for policy in policies(header))

    @cached_property
    def hsts(self) -> tuple[Hsts, ...]:
        """Every Strict-Transport-Security header."""
        return tuple(Hsts(header) for header in self.headers if header.key == "strict-transport-security")

    @property
    def zones(self) -> Many[Zone]:
        """The zones that it declares."""
        return Many(self._limits.zones, self.span, self._limits.hidden)

    @property
    def limits(self) -> tuple[Limit, ...]:
        """Every `limit_req` and `limit_conn` line."""
        return self._limits.lines()

    def lines(self) -> tuple[Directive, ...]:
        """Every directive, those of other modules' data left out."""
        return self._lines

    @cached_property
    def _lines(self) -> tuple[Directive, ...]:
        return tuple(directive for directive in self.directives if not directive.level.data())

    @property
    def faults(self) -> Iterator[Directive]:
        """The directives that nginx refuses, or that take a later line for an argument."""
        return (directive for directive in self.lines() if directive.faulty)

    def __repr__(self) -> str:
        return f"Site({self.sources[0].path})"


_ANSWERING = ("location", "if in location", "limit_except")


def _sockets(levels: list[Level]) -> tuple[dict[tuple[str, int, bool], Listen], set[int]]:
    """Sockets that speak TLS, with the `listen` that says so, and the servers that are the default of a socket."""
    tls: dict[tuple[str, int, bool], Listen] = {}
    first: dict[tuple[str, int, bool], int] = {}
    chosen: dict[tuple[str, int, bool], int] = {}
    for level in levels:
        for listen in _listens(level):
            first.setdefault(listen.socket, id(level))
            if listen.default:
                chosen[listen.socket] = id(level)
            if listen.ssl:
                tls.setdefault(listen.socket, listen)
    return tls, set({**first, **chosen}.values())


def _listens(level: Level) -> list[Listen]:
    lines = level.own.get("listen", ())
    found = [listen for line in lines if (listen := listen_of(line)) is not None]
    if not lines and not level.hidden(frozenset(("listen",))):
        found = [Listen("*", 80, False, False, False, False, level.span, "80")]
    return found


def unseen(where: Span) -> Fact[str]:
    """The image of a site that no container and no build is seen for."""
    return Fact(Unknown("no container is seen that runs it"), where)
