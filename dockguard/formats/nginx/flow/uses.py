"""The lines of a site whose values hold variables, and what clients can do through them."""

from __future__ import annotations

from collections.abc import Iterator

from dockguard.formats.nginx import action
from dockguard.formats.nginx.directives.inheritance import PASSES
from dockguard.formats.nginx.flow import authority, cors, proxy_path
from dockguard.formats.nginx.flow.sources import NEWLINE, RETURN, Text
from dockguard.formats.nginx.flow.taint import Part, Taint, Way
from dockguard.formats.nginx.level import Directive, Level
from dockguard.formats.nginx.regex import chars
from dockguard.formats.nginx.server import Server
from dockguard.formats.nginx.site import Site
from dockguard.formats.nginx.text.tree import Word
from dockguard.lazy import cached_property
from dockguard.source import Fact, Span, Via

MAX_USES = 20_000  # of one site that are followed
HEADER, UPSTREAM, FILE = "header", "upstream", "file"
_REDIRECTS = frozenset(("301", "302", "303", "307", "308"))
_HEADERS = {
    "add_header": 1,
    "add_trailer": 1,
    "proxy_set_header": 1,
    "proxy_redirect": 1,
    "proxy_cookie_domain": 1,
    "proxy_cookie_path": 1,
    "proxy_method": 0,
}
_FILES = frozenset(("root", "alias"))
_HOSTS = {
    "proxy_set_header": ("host",),
    "grpc_set_header": ("host", ":authority"),
    "fastcgi_param": ("server_name",),
    "uwsgi_param": ("server_name",),
    "scgi_param": ("server_name",),
}
_URLS = ("http://", "https://", "$scheme")


class Use:
    """A line with variables in it."""

    def __init__(self, line: Directive, word: Word, role: str, taint: Taint, server: Server | None) -> None:
        self.line, self.word, self.role = line, word, role
        self.taint, self._server, self._variables = taint, server, taint.variables

    line: Directive
    """The line."""
    role: str
    """What becomes of the value: `header`, `upstream`, `file`, or "" for anything else."""

    @property
    def name(self) -> str:
        """The directive."""
        return self.line.name

    @property
    def span(self) -> Span:
        """The line's words."""
        return self.line.span

    @property
    def subject(self) -> str:
        """The line's block and name."""
        return self.line.subject

    @cached_property
    def ways(self) -> tuple[Way, ...]:
        """Everything that its value can be."""
        return self.taint.ways(self.word.text, self.line)

    def _fact(self, part: Part) -> Fact[str]:
        """The variable as written in the line, with how the client's text gets there."""
        written = self.word.text[part.start : part.end] or part.written
        return Fact(written, self.word.part(part.start, part.end), part.text.via)

    @property
    def splits(self) -> Fact[str]:
        """The variable through which a client puts a line break into a header or a request; absent else."""
        if self.role not in (HEADER, UPSTREAM):
            return Fact(None, self.span)
        for way in self.ways:
            for part in way:
                if part.name and part.text.breaks_lines and not self._escaped(part):
                    return self._fact(part)
        return Fact(None, self.span)

    @property
    def returns(self) -> Fact[str]:
        """The variable through which a client puts a carriage return, but no line break, into a response's header."""
        if self.role != HEADER or self.name.startswith("proxy_") or self.splits.written:
            return Fact(None, self.span)
        for way in self.ways:
            for part in way:
                text = part.text
                if part.name and text.client and text.known and text.shape.chars & RETURN and not self._escaped(part):
                    return self._fact(part)
        return Fact(None, self.span)

    @property
    def spared(self) -> Fact[str]:
        """The variable that holds no line break only because `set` encodes numbered groups again; absent else."""
        lost = NEWLINE if self.name.startswith("proxy_") else NEWLINE | RETURN
        if self.role not in (HEADER, UPSTREAM) or self.splits.written or self.returns.written:
            return Fact(None, self.span)
        for way in self.ways:
            for part in way:
                if part.name and part.text.client and part.text.known and part.text.encoded & lost:
                    return self._fact(part)
        return Fact(None, self.span)

    def _escaped(self, part: Part) -> bool:
        """Whether nginx encodes it again: what the groups of a redirecting `rewrite` hold, but not named ones."""
        own = self.word.text[part.start : part.end].strip("${}") == part.name  # not one of a map's line
        return self.name == "rewrite" and part.name.isdecimal() and own

    @cached_property
    def _chosen(self) -> authority.Chosen | None:
        if self.role != UPSTREAM or any(level.has("internal") for level in self.line.level.chain):
            return None
        ways = (way for way in self.ways if not self._scheme or authority.begins(way))
        found = (authority.chosen(way, self._scheme, self._any_name) for way in ways)
        return next((one for one in found if one is not None), None)

    @property
    def _scheme(self) -> bool:
        return self.name == "proxy_pass" or "://" in self.word.text

    @property
    def _any_name(self) -> bool:
        """Whether its server surely answers for hosts that nobody wrote down."""
        server = self._server
        if server is None or server.fragment or server.listens.open or server.names.open:
            return False
        wild = any(
            str(name.known).startswith(("~", "*", ".")) or str(name.known).endswith("*") for name in server.names
        )
        return server.default or wild

    @property
    def chosen_host(self) -> Fact[str]:
        """The variable through which clients choose the server that is asked; absent where they cannot."""
        return self._fact(self._chosen.part) if self._chosen is not None else Fact(None, self.span)

    @property
    def chosen_label(self) -> bool:
        """Whether they can only choose among names without a dot, such as those of containers."""
        return self._chosen is not None and self._chosen.label

    @property
    def redirected(self) -> Fact[str]:
        """The variable through which clients choose the site that a redirect leads to; absent where they cannot."""
        if self.role != HEADER or self.name not in ("return", "rewrite"):
            return Fact(None, self.span)
        relative = self.line.level.setting("absolute_redirect").known == "off"
        found = (authority.redirected(way, relative) for way in self.ways)
        part = next((one for one in found if one is not None), None)
        return self._fact(part) if part is not None else Fact(None, self.span)

    @property
    def spoofed_host(self) -> Fact[str]:
        """The variable through which clients choose the host that an upstream sees; absent where they cannot.

        `$host` is what the server was chosen by; other parts of the request it never looked at.
        """
        if self.line.text(0).lower() not in _HOSTS.get(self.name, ()):
            return Fact(None, self.span)
        for way in self.ways:
            for part in way:
                free = part.text.chosen - {"host", "ssl_server_name"}
                if part.name and part.text.known and free and not part.text.shape.spelt:
                    return self._fact(part)
        return Fact(None, self.span)

    @property
    def chosen_file(self) -> Fact[str]:
        """The variable through which clients lead out of a folder; absent where they cannot.

        The path of a request is free of `..` by then; arguments, cookies and headers are not.
        """
        if self.role != FILE:
            return Fact(None, self.span)
        for way in self.ways:
            for part in way:
                if part.name and _climbs(part.text):
                    return self._fact(part)
        return Fact(None, self.span)

    @property
    def reflects_origin(self) -> Fact[str]:
        """The value of an Access-Control-Allow-Origin that names whatever site asks; absent for any other."""
        if self.name != "add_header" or self.line.text(0).lower() != "access-control-allow-origin":
            return Fact(None, self.span)
        found, where = cors.reflected(self.line, self._variables)
        via = Via(*where) if where is not None else None
        return Fact(self.word.text if found else None, self.word.span, via)

    @property
    def path_trouble(self) -> Fact[str]:
        """What goes wrong with the path on its way to the upstream, in words; absent where nothing does."""
        if self.name != "proxy_pass" or self._server is None:
            return Fact(None, self.span)
        found = proxy_path.trouble(self.line, self.ways, self.taint)
        if found is None:
            return Fact(None, self.span)
        why, part = found
        return Fact(why, self._fact(part).span if part is not None else self.span, part.text.via if part else None)

    @property
    def fixed_path(self) -> Fact[str]:
        """The path that every request is sent to, because variables stand in the host only; absent else."""
        if self.name != "proxy_pass" or self._server is None:
            return Fact(None, self.span)
        return Fact(proxy_path.fixed(self.line), self.span)

    def __repr__(self) -> str:
        return f"Use({self.line!r})"


def _climbs(text: Text) -> bool:
    """Whether `../` can stand in it: it holds dots and slashes, and did not come from the path."""
    free = text.chosen - {"host", "ssl_server_name", "uri", "document_uri", "fastcgi_script_name", "server_name"}
    both = chars.of("./")
    return bool(free) and text.known and not text.decoded and text.shape.chars & both == both


def sink(line: Directive) -> tuple[Word, str] | None:
    """The value of a line that variables may stand in, and what becomes of it."""
    words, name = line.words, line.name
    if not words:
        return None
    if name in PASSES:
        return words[0], UPSTREAM
    if name in _HEADERS:
        return (words[_HEADERS[name]], HEADER) if len(words) > _HEADERS[name] else None
    if name == "return":
        return _returned(words)
    if name == "rewrite":
        return (words[1], HEADER if action.redirects(line) else "") if len(words) > 1 else None
    if name == "error_page":
        away = words[-1].text.startswith(_URLS) or any(word.text[1:] in _REDIRECTS for word in words[:-1])
        return words[-1], HEADER if away else ""
    if name in _FILES:
        return words[0], FILE
    return (words[-1], "") if name in _OTHERS else None


_OTHERS = frozenset(("set", "fastcgi_param", "uwsgi_param", "scgi_param", "grpc_set_header"))


def _returned(words: tuple[Word, ...]) -> tuple[Word, str]:
    if len(words) == 1:
        return words[0], HEADER if words[0].text.startswith(_URLS) else ""
    return words[1], HEADER if words[0].text in _REDIRECTS else ""


def uses(site: Site) -> tuple[Use, ...]:
    """Every line of the `http` block whose value holds a variable, or that sends requests on."""
    if "uses" not in site.root.memo:
        site.root.memo["uses"] = tuple(_uses(site))
    found: tuple[Use, ...] = site.root.memo["uses"]
    return found


def _uses(site: Site) -> Iterator[Use]:
    if site.http is None:
        return
    taint = Taint(site.variables, site.http)
    servers = {id(server.level): server for server in site.servers}
    count = 0
    for level in site.http.walk():
        if level.data():
            continue
        for line in level.directives:
            found = sink(line)
            if found is None or found[0].opaque or ("$" not in found[0].text and line.name not in PASSES):
                continue
            count += 1
            if count > MAX_USES:
                return
            yield Use(line, found[0], found[1], taint, _server(level, servers))


def _server(level: Level, servers: dict[int, Server]) -> Server | None:
    return next((servers[id(one)] for one in level.chain if id(one) in servers), None)
