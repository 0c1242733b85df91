"""What the files below a server's roots give away: hidden files, keys, and what a `deny` was meant to keep back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dockguard.formats.nginx import matching
from dockguard.formats.nginx.level import Directive, Level
from dockguard.formats.nginx.location import Location
from dockguard.formats.nginx.server import Server
from dockguard.formats.nginx.site import Site
from dockguard.lazy import cached_property
from dockguard.source import Fact, Span, Via

_HIDDEN = ("/.git/config", "/.env", "/.htpasswd")
_SECRETS = ("auth_basic_user_file", "ssl_certificate_key", "ssl_password_file", "ssl_session_ticket_key")
_LOCATION = frozenset(("location",))
MAX_LOCATIONS = 1000  # of a server whose files are looked at
MAX_PREFIXES = 40  # locations of one server that are tried
MAX_GUARDS = 10  # expressions of one server that keep files back
MAX_SECRETS = 40  # files of one site that are looked for, in as many folders


class Documents:
    """The files that one server serves."""

    def __init__(self, server: Server, contexts: dict[int, Location], secrets: tuple[Directive, ...]) -> None:
        self.server, self._contexts, self._secrets = server, contexts, secrets

    server: Server
    """The server."""

    @property
    def span(self) -> Span:
        """The server's."""
        return self.server.span

    @property
    def subject(self) -> str:
        """The server's."""
        return self.server.subject

    @property
    def _seen(self) -> bool:
        """Whether all of its locations are seen, and it answers with them."""
        level = self.server.level
        refuses = self.server.rejects_handshake or bool(self.server.action)
        return not (self._unknown or refuses or level.hidden(_LOCATION))

    @property
    def _unknown(self) -> bool:
        return self.server.fragment or len(self._contexts) > MAX_LOCATIONS

    def _serves(self, uri: str) -> Location | None:
        """The context that would serve a file, if it is there."""
        found = matching.find(self.server.level, uri)
        context = None if found.slash else self._contexts.get(id(found.level))
        if context is None or context.internal or context.ends_all or context.level.gaps:
            return None
        files = context.action == "files" or (context.kind == "server" and context._action.word == "files")
        return context if files and not context.access.closed else None

    @cached_property
    def hidden(self) -> Fact[str]:
        """A hidden file that others would get; absent where all are kept back, or no files are served to others."""
        for uri in _HIDDEN if self._seen and not self.server.loopback else ():
            context = self._serves(uri)
            if context is not None and _root(context.level) is not None:
                return Fact(uri, context.span)
        return Fact(None, self.span)

    @cached_property
    def _guards(self) -> tuple[Location, ...]:
        """The expressions that refuse what they match."""
        found = (self._contexts.get(id(level)) for level in matching.locations(self.server.level))
        refusing = (
            one for one in found if one is not None and one.action == "reject" and one.match and one.match.regex
        )
        return tuple(one for _, one in zip(range(MAX_GUARDS), refusing, strict=False))

    @property
    def shadowed(self) -> Iterator[Shadowed]:
        """Locations that are found before the expressions which keep files back."""
        if self._unknown or not self._guards:
            return
        levels = [
            level for level in matching.locations(self.server.level) if matching.own_match(level).modifier == "^~"
        ]
        for level in levels[:MAX_PREFIXES]:
            context = self._contexts.get(id(level))
            if context is not None and context.action == "files" and not context.internal:
                yield from self._by(context)

    def _by(self, context: Location) -> Iterator[Shadowed]:
        prefix = matching.own_match(context.level).pattern
        for guard in self._guards:
            match = guard.match
            if match is None or matching.matches(match, prefix):
                continue  # an exception that is meant, such as `^~ /.well-known/`
            for uri in _samples(match, prefix):
                served = self._serves(uri)
                if served is not None and matching.matches(match, uri):
                    yield Shadowed(context, guard, uri)
                    break

    @property
    def exposed(self) -> Iterator[Exposed]:
        """Files with secrets that lie below a root that is served."""
        if self._unknown:
            return
        for line in self._secrets:
            for context, uri in self._uris(line.text(0)):
                if self._serves(uri) is context:
                    yield Exposed(line, context, uri)
                    break

    def _uris(self, path: str) -> Iterator[tuple[Location, str]]:
        if not path.startswith("/") or "$" in path:
            return
        for context, folder, prefix in self._folders:
            if path.startswith(folder):
                yield context, prefix + path[len(folder) :]

    @cached_property
    def _folders(self) -> tuple[tuple[Location, str, str], ...]:
        """The contexts that serve files, each with its folder and the URI that stands for it; as many as are tried."""
        places = ((one, _root(one.level)) for one in self.server.contexts if one.kind in ("server", "location"))
        found = ((one, *place) for one, place in places if place is not None)
        return tuple(one for _, one in zip(range(MAX_SECRETS), found, strict=False))


class Shadowed:
    """A location whose files an expression was meant to keep back, and cannot."""

    def __init__(self, location: Location, guard: Location, uri: str) -> None:
        self.location, self.guard, self.uri = location, guard, uri

    location: Location
    """The location that is found first."""
    uri: str
    """What clients get nevertheless."""

    @property
    def span(self) -> Span:
        """The location that is found first."""
        return self.location.span

    @property
    def subject(self) -> str:
        """Its address."""
        return self.location.subject

    @property
    def path(self) -> Fact[str]:
        """Its path as written; `via` is the expression that is never asked."""
        return Fact(self.location.path, self.span, Via(self.guard.span, "this is not asked there"))


class Exposed:
    """A file with secrets that clients can ask for."""

    def __init__(self, line: Directive, location: Location, uri: str) -> None:
        self.line, self.location, self.uri = line, location, uri

    line: Directive
    """The line that names it."""
    uri: str
    """What clients ask for."""

    @property
    def span(self) -> Span:
        """The line that names it."""
        return self.line.span

    @property
    def subject(self) -> str:
        """The line's."""
        return self.line.subject

    @property
    def file(self) -> Fact[str]:
        """The file; `via` is the context that serves it."""
        return Fact(self.line.text(0), self.line.first.span, Via(self.location.span, "served by this"))


def _root(level: Level) -> tuple[str, str] | None:
    """The folder that a context serves, with a slash at its end, and the URI that stands for it."""
    alias = level.last("alias")
    if alias is not None:
        match = matching.own_match(level)
        if not match.prefix or "$" in alias.text(0):
            return None
        ends = match.pattern.endswith("/") and alias.text(0).endswith("/")
        return (alias.text(0), match.pattern) if ends else None
    root = level.setting("root").known
    if root is None or "$" in root:
        return None
    return root.rstrip("/") + "/", "/"


def _samples(match: matching.Match, prefix: str) -> Iterator[str]:
    """Paths below a prefix that an expression may be meant for."""
    folder = prefix if prefix.endswith("/") else prefix + "/"
    for suffix in sorted(match.suffixes or ())[:1]:
        yield f"{folder}x.{suffix}"
    if not match.suffixes:
        yield from (folder + uri[1:] for uri in (*_HIDDEN, "/x.bak", "/x.sql", "/x~"))


def documents(site: Site) -> Iterator[Documents]:
    """The files of every server."""
    secrets = tuple(line for line in _lines(site) if line.words and not line.words[0].opaque)[:MAX_SECRETS]
    for server in site.servers:
        yield Documents(server, {id(one.level): one for one in server.contexts}, secrets)


def _lines(site: Site) -> Iterable[Directive]:
    for level in site.http.walk() if site.http is not None else ():
        for name in _SECRETS:
            yield from level.own.get(name, ())


def shadowed(site: Site) -> Iterator[Shadowed]:
    """Of every server."""
    return (one for server in documents(site) for one in server.shadowed)


def exposed(site: Site) -> Iterator[Exposed]:
    """Of every server, each line once."""
    found = {id(one.line): one for server in documents(site) for one in server.exposed}
    return iter(found.values())
