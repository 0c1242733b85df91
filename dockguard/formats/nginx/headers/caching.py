"""What nginx's own cache keeps, and for whom it plays it again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dockguard.formats.nginx.flow.values import names
from dockguard.formats.nginx.level import Directive, Level
from dockguard.formats.nginx.location import Location
from dockguard.lazy import cached_property
from dockguard.source import Fact, Span, Unknown

KINDS = ("proxy", "fastcgi", "uwsgi", "scgi")
_PATH = frozenset(("request_uri", "uri", "document_uri", "request", "request_filename", "document_root"))
_QUERY = ("request_uri", "request", "args", "query_string")
_HOSTS = frozenset(("host", "http_host", "ssl_server_name", "http_x_forwarded_host"))
_OTHERS = frozenset("scheme request_method is_args request_body server_name server_port proxy_host hostname".split())
# The default of proxy_cache_key; the other kinds have none.
_KEYS = {"proxy": "$scheme$proxy_host$request_uri"}
_PERSONAL = ("cookie_", "http_cookie", "http_authorization", "remote_user", "http_x_auth")


class Cached:
    """A block whose upstream's answers are kept by `proxy_cache` or one of its twins."""

    def __init__(self, location: Location, kind: str, zone: Directive) -> None:
        self.location, self.kind, self._zone = location, kind, zone

    location: Location
    """The context."""
    kind: str
    """`proxy`, `fastcgi`, `uwsgi` or `scgi`."""

    @property
    def span(self) -> Span:
        """The `proxy_cache` line that counts."""
        return self._zone.span

    @property
    def subject(self) -> str:
        """The context's."""
        return self.location.subject

    @property
    def zone(self) -> str:
        """The cache's name."""
        return self._zone.text(0)

    @property
    def _level(self) -> Level:
        return self.location.level

    @cached_property
    def _ignored(self) -> Fact[Directive]:
        return self._level.nearest(f"{self.kind}_ignore_headers")

    @property
    def keeps_cookies(self) -> Fact[str]:
        """The line that makes nginx keep answers with Set-Cookie, and send the cookie on to others."""
        line = self._ignored.value
        if not isinstance(line, Directive):
            return Fact(line, self.span)
        ignored = {text.lower() for text in line.texts}
        hidden = {one.text(0).lower() for one in self._level.listed(f"{self.kind}_hide_header")}
        return line.whole if "set-cookie" in ignored and "set-cookie" not in hidden else Fact(None, self.span)

    @property
    def ignores_privacy(self) -> Fact[str]:
        """The line that makes nginx keep answers whose Cache-Control forbids it."""
        line = self._ignored.value
        if not isinstance(line, Directive):
            return Fact(line, self.span)
        ignored = {text.lower() for text in line.texts}
        return line.whole if "cache-control" in ignored else Fact(None, self.span)

    @cached_property
    def tells_users_apart(self) -> bool | None:
        """Whether cookies or credentials are in the key, or switch the cache off; None where nobody can know."""
        found = [self._level.listed(f"{self.kind}_{tail}") for tail in ("cache_bypass", "no_cache")]
        texts = [text for lines in found for line in lines for text in line.texts]
        key = self.key.value
        texts += [key] if isinstance(key, str) else []
        if any(_personal(text, self._level) for text in texts):
            return True
        return None if any(lines.open for lines in found) or isinstance(key, Unknown) else False

    @property
    def shared(self) -> bool:
        """Whether surely nothing tells users apart."""
        return self.tells_users_apart is False

    @cached_property
    def key(self) -> Fact[str]:
        """What an answer is kept by."""
        fact = self._level.setting(f"{self.kind}_cache_key")
        return Fact(_KEYS.get(self.kind), self.span) if fact.value is None else fact

    @property
    def _in_key(self) -> set[str]:
        return set(names(self.key.known or ""))

    @property
    def key_without_path(self) -> Fact[str]:
        """A key that is the same for all paths, or for all queries of one; absent where a variable may bring them."""
        found = self._in_key
        if not self.key.known or any(_own(name) for name in found):
            return Fact(None, self.key.span)
        whole = any(name in found for name in _QUERY) or any(name.startswith("arg_") for name in found)
        return Fact(None if found & _PATH and whole else self.key.known, self.key.span)

    @property
    def key_without_host(self) -> Fact[str]:
        """A key that is the same for all hosts of a server for several, where the upstream tells them apart."""
        found = self._in_key
        if not self.key.known or found & _HOSTS or any(_own(name) for name in found):
            return Fact(None, self.key.span)
        return Fact(self.key.known if self._several and self._passes_host else None, self.key.span)

    @property
    def _several(self) -> bool:
        """Whether its server answers for more than one site; `www.` is the same."""
        written = {str(name.known).lower().removeprefix("www.") for name in self.location.server.names}
        return len(written) > 1 or any(name.startswith(("*", ".", "~")) for name in written)

    @property
    def _passes_host(self) -> bool:
        if self.kind != "proxy":
            return True
        lines = self._level.listed("proxy_set_header")
        return any(line.text(0).lower() == "host" and set(names(line.text(1))) & _HOSTS for line in lines)

    def __repr__(self) -> str:
        return f"Cached({self.subject})"


def _own(name: str) -> bool:
    """Whether a variable is none of nginx's: a map or a script may make it out of anything."""
    known = name in _PATH | _HOSTS | _OTHERS or name in _QUERY
    return not known and not name.startswith(("arg_", "http_", "cookie_", "upstream_", "ssl_", "remote_"))


def _personal(text: str, level: Level) -> bool:
    """Whether a value holds cookies or credentials; own variables are taken to."""
    return any(name.startswith(_PERSONAL) or _own(name) for name in names(text))


def cached(locations: Iterable[Location]) -> Iterator[Cached]:
    """The contexts whose upstream's answers are kept."""
    for location in locations:
        kind = location.handler.removesuffix("_pass")
        if kind in KINDS and location.action == "proxy" and location.kind == "location":
            line = location.level.nearest(f"{kind}_cache").value
            if isinstance(line, Directive) and line.text(0) != "off":
                yield Cached(location, kind, line)
