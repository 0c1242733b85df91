"""What can answer a request: a location, the server's own level, an `if`, a `limit_except`; and with what."""

from __future__ import annotations

from dockguard.formats.nginx import action, matching, paths
from dockguard.formats.nginx.access import Access
from dockguard.formats.nginx.headers.csp import Policy, policies
from dockguard.formats.nginx.headers.headers import Header, Headers, cleared, find
from dockguard.formats.nginx.headers.hsts import Hsts
from dockguard.formats.nginx.headers.more import LINES
from dockguard.formats.nginx.level import Directive, Level
from dockguard.formats.nginx.limits import Limit, Limits
from dockguard.formats.nginx.server import Server
from dockguard.lazy import cached_property
from dockguard.source import Fact, Many, Span, Unknown


class Location:
    """One response context: the block whose headers, limits and access rules a response gets."""

    def __init__(self, level: Level, server: Server, headers: Headers, limits: Limits, outer: Location | None) -> None:
        self.level, self.server, self.outer = level, server, outer
        self._headers, self._limits = headers, limits

    level: Level
    """The block with its directives."""
    server: Server
    """The server it belongs to."""
    outer: Location | None
    """The context around it; None for the server's own."""

    @property
    def span(self) -> Span:
        """The words of the block's head."""
        return self.level.span

    @property
    def subject(self) -> str:
        """`server example.org / location /api`."""
        return self.level.subject

    @property
    def kind(self) -> str:
        """`server`, `location`, `if` or `limit_except`."""
        return self.level.context.partition(" ")[0]

    # --- what it matches ---

    @cached_property
    def match(self) -> matching.Match | None:
        """What the URI must be; None for the server's own level. An `if` has that of its location."""
        if self.kind == "location":
            return matching.own_match(self.level)
        return self.outer.match if self.outer is not None else None

    @property
    def path(self) -> str | None:
        """As written: `/x`, `= /x`, `^~ /x`, `~* re`, `@name`; None for the server's own level."""
        return self.match.written if self.match else None

    @property
    def modifier(self) -> str:
        """`=`, `^~`, `~`, `~*`, `@` or "" for a plain prefix and for the server's own level."""
        return self.match.modifier if self.match else ""

    @property
    def label(self) -> str:
        """What it answers, in words."""
        return str(self)

    @property
    def looks_like_regex(self) -> bool:
        """Whether it is a plain prefix or an exact path with the signs of a regular expression."""
        match = self.match
        return match is not None and not match.regex and any(sign in match.pattern for sign in _SIGNS)

    @property
    def condition(self) -> str | None:
        """The words of an `if`, or the methods of a `limit_except`, as written but for line breaks."""
        if self.kind not in ("if", "limit_except") or self.level.statement is None:
            return None
        args = self.level.statement.args
        written = self.level.statement.source.text[args[0].start : args[-1].end] if args else ""
        return " ".join(written.split())

    @property
    def named(self) -> bool:
        """Whether only `try_files` and `error_page` reach it, by its name."""
        return self.modifier == "@"

    @cached_property
    def internal(self) -> bool:
        """Whether requests from outside get 404: `internal` here or around it, or a named location."""
        return self.named or any(level.has("internal") for level in self.level.chain)

    @cached_property
    def _shadow(self) -> matching.Shadow | None:
        found = matching.shadow(self.level) if self.kind == "location" else None
        if found is None and self.outer is not None and self.outer.dead and self.outer.modifier not in ("", "^~"):
            return self.outer._shadow
        return found

    @property
    def dead(self) -> bool:
        """Whether no request can ever be answered by it."""
        return self._shadow is not None

    @property
    def dead_because(self) -> str:
        """Why it is dead, in words."""
        return self._shadow.why if self._shadow else ""

    @property
    def dead_by(self) -> Span | None:
        """The place that takes its requests."""
        return self._shadow.by if self._shadow else None

    @property
    def served_elsewhere(self) -> bool:
        """For the server's own level: whether a location takes every URI, so that only broken requests end here."""
        return any(matching.own_match(child).always for child in matching.locations(self.level))

    # --- what it does ---

    @cached_property
    def _action(self) -> action.Action:
        return action.of(self.level, self.kind)

    @cached_property
    def action(self) -> str:
        """`files`, `proxy`, `return`, `redirect`, `reject`, or `none` where it is dead."""
        if self.dead or (self.kind == "server" and not self.ends_all and self.served_elsewhere):
            return "none"
        if self._action.word == "files" and self.access.closed:
            return "reject"
        return "reject" if self._action.word == "proxy" and self.access.closed else self._action.word

    @property
    def ends_all(self) -> bool:
        """Whether every request that gets here ends at a `return` or a redirect, before access rules and limits."""
        return self._action.early is not None

    @property
    def ended_by(self) -> Fact[str]:
        """The `return` or `rewrite` that ends every request here; absent where none does."""
        early = self._action.early
        return early.whole if early else Fact(None, self.span)

    @property
    def rejected(self) -> bool:
        """Whether what ends every request here refuses it (444, 4xx, 5xx) without a text of its own."""
        early = self._action.early
        return early is not None and self._action.word == "reject" and not early.text(1)

    @property
    def upstream(self) -> Fact[str]:
        """Where it sends requests, as written; absent where it answers itself."""
        handler = self._action.handler
        return handler.first if handler is not None else Fact(None, self.span)

    @property
    def proxied(self) -> bool:
        """Whether another server makes the response, and may set headers of its own."""
        return self._action.word == "proxy"

    @cached_property
    def api(self) -> bool:
        """Whether its path, or its content type, is a program's rather than a page's."""
        return paths.api(self.match) or paths.data_type(self.level.setting("default_type").known, self.proxied)

    @property
    def asset(self) -> bool:
        """Whether it serves parts of pages: images, styles, scripts, fonts, well-known files."""
        return paths.asset(self.match)

    @cached_property
    def login(self) -> bool:
        """Whether its path looks like one where passwords or tokens are tried."""
        return paths.login(self.match)

    @cached_property
    def document(self) -> bool:
        """Whether browsers get HTML pages from it."""
        if self.kind == "limit_except" or self.handler in _NO_PAGES or (self.internal and not self.named):
            return False
        if self.asset or self.api or self.server.silent:
            return False
        return self.action in ("files", "proxy")

    @property
    def responds(self) -> bool:
        """Whether clients get ordinary responses from it: files, pages of an upstream, texts or redirects."""
        if self.action in ("none", "reject") or self.kind == "limit_except" or self.server.silent:
            return False
        return self.named or not self.internal

    @property
    def inherits_all(self) -> bool:
        """Whether it is an `if` whose headers are those of the location around it."""
        return self.kind == "if" and not self.own_headers.items

    @property
    def handler(self) -> str:
        """The directive that answers: `proxy_pass`, `fastcgi_pass`, `stub_status`, … or "" for files and returns."""
        return self._action.handler.name if self._action.handler else ""

    # --- headers ---

    @cached_property
    def headers(self) -> Many[Header]:
        """The `add_header` lines that count here."""
        return self._headers.of(self.level)

    @cached_property
    def own_headers(self) -> Many[Header]:
        """The `add_header` lines of this very block."""
        return self._headers.own(self.level)

    @property
    def outer_headers(self) -> Many[Header]:
        """What counts in the block around it."""
        return self._headers.above(self.level)

    @cached_property
    def lost_headers(self) -> Many[Header]:
        """Headers of the blocks around it that its own `add_header` lines switch off and do not set again."""
        own = self.level.last("add_header_inherit")
        if not self.own_headers.items or (own is not None and own.text(0) == "off"):
            return Many((), self.span)
        here = {header.key for header in self.headers}
        above = self._headers.above(self.level)
        lost = tuple(header for header in above if header.added and header.key not in here and not header.never_sent)
        return Many(lost, self.span, self.headers.open)

    @property
    def losing(self) -> tuple[Location, ...]:
        """The contexts, itself or inside it, that answer requests without one of its lost headers."""
        lost = {header.key for header in self.lost_headers}
        found = (one for one in self.server.inside(self.level) if one.responds and not one.inherits_all)
        return tuple(one for one in found if lost - {header.key for header in one.headers})

    def header(self, name: str) -> Fact[Header]:
        """The header of that name (lower case) on its pages; unknown where the request or an unread file decides."""
        found = find(self.headers, name)
        if found.value is None and (why := _by_module(self.level)):
            return Fact(Unknown(why), self.span)
        return found

    def cleared(self, name: str) -> bool:
        """Whether headers-more takes the upstream's header of that name (lower case) away from its pages."""
        return cleared(self.level, name)

    def lacks(self, name: str) -> bool | None:
        """Whether its pages surely go without a header; None where nobody can know."""
        value = self.header(name).value
        return None if isinstance(value, Unknown) else value is None

    def dropped(self, name: str) -> bool:
        """Whether a block around it sets the header and lines nearer by switch it off."""
        return any(
            header.key == name and not header.never_sent
            for level in self.level.chain[1:]
            for header in self._headers.of(level)
        )

    @property
    def policies(self) -> tuple[Policy, ...]:
        """The Content-Security-Policies of its pages, report-only ones included."""
        return tuple(policy for header in self.headers if header.key in _CSP for policy in policies(header))

    @property
    def csp(self) -> Fact[Header]:
        """The Content-Security-Policy that its pages surely carry."""
        return self.header("content-security-policy")

    @property
    def hsts(self) -> Fact[Hsts]:
        """The Strict-Transport-Security header that its responses surely carry."""
        return self.header("strict-transport-security").map(Hsts)

    @property
    def framing(self) -> Fact[str]:
        """What keeps other sites from framing its pages: X-Frame-Options, or `frame-ancestors` of its policy."""
        for policy in self.policies:
            if not policy.report_only and policy.governing("frame-ancestors") is not None:
                return Fact("frame-ancestors", policy.span)
        return self.header("x-frame-options").map(lambda header: header.value.known)

    # --- limits and access ---

    @cached_property
    def limits(self) -> Many[Limit]:
        """The `limit_req` lines that count here."""
        return self._limits.of(self.level, "limit_req")

    @cached_property
    def connection_limits(self) -> Many[Limit]:
        """The `limit_conn` lines that count here."""
        return self._limits.of(self.level, "limit_conn")

    @property
    def own_limits(self) -> Many[Limit]:
        """The `limit_req` lines of this very block."""
        lines = self.level.own.get("limit_req", ())
        return Many(tuple(self._limits.limit(line) for line in lines), self.span)

    @property
    def lost_limits(self) -> Many[Limit]:
        """The `limit_req` lines around it that its own ones switch off, and whose zone it does not use again."""
        if not self.own_limits.items or self.level.parent is None:
            return Many((), self.span)
        here = {limit.zone for limit in self.own_limits}
        above = self._limits.of(self.level.parent, "limit_req")
        return Many(tuple(limit for limit in above if limit.zone not in here), self.span)

    @property
    def lost_zones(self) -> tuple[str, ...]:
        """The zones of its lost limits."""
        return tuple(limit.zone for limit in self.lost_limits)

    @property
    def guesses(self) -> Fact[int]:
        """Requests in the first minute that the tightest `limit_req` lets through: its rate, and its burst."""
        found = [int(rate) + limit.burst for limit in self.limits if (rate := limit.rate.known) is not None]
        whole = len(found) == len(self.limits.items) and not self.limits.open
        return Fact(
            min(found) if found else None if whole else Unknown("the zone is not in the files"), self.limits.span
        )

    @cached_property
    def access(self) -> Access:
        """Its address rules and its passwords."""
        return Access(self.level)

    @property
    def password_inert(self) -> Fact[str]:
        """Its own `auth_basic` that protects nothing, for want of an `auth_basic_user_file`; absent where it works."""
        line = self.level.last("auth_basic")
        below = any(inner.has("auth_basic_user_file") for inner in self.level.walk())
        if line is None or not self.access.password_inert or below:
            return Fact(None, self.span)
        return Fact(line.text(0), line.span)

    @property
    def climbing_alias(self) -> Fact[str]:
        """The capture through which a request leaves the folder that its `alias` names; absent where none does."""
        line = self.level.last("alias")
        if line is None or not line.words or line.words[0].opaque or self.match is None or not self.match.regex:
            return Fact(None, self.span)
        from dockguard.formats.nginx.flow.climbing import captured  # few locations need it

        return captured(self.match.pattern, self.match.modifier == "~*", line.words[0])

    @property
    def return_skips_access(self) -> Fact[str]:
        """The `return` or redirect that answers before its `allow`, `deny` and `auth_*` lines are asked."""
        own = len(self.access.own_rules) > 0
        line = self._action.early or action.sometimes(self.level, self.kind, own)
        kept = own or (self._action.word != "redirect" and not self.internal)
        if line is None or self.rejected or self.dead or not self.access.restricts or not kept:
            return Fact(None, self.span)
        return line.whole

    @property
    def redirect_skips_access(self) -> Fact[str]:
        """The redirect that answers before the access rules of the blocks around it are asked, for want of own ones."""
        line = self._action.early if self._action.word == "redirect" and not self.access.own_rules.items else None
        asked = self.access.restricts and not (self.internal or self.dead)
        return line.whole if line is not None and asked else Fact(None, self.span)

    @property
    def return_skips_limits(self) -> Fact[str]:
        """The `return` or redirect that answers before its own `limit_req` lines count."""
        return self.ended_by if self.ends_all and self.own_limits.items else Fact(None, self.span)

    def directive(self, name: str) -> Fact[Directive]:
        """The line of a plain directive that counts here."""
        return self.level.nearest(name)

    def __str__(self) -> str:
        rest = "requests that no location takes" if matching.locations(self.level) else "every request"
        path = f"`{self.path}`" if self.path else rest
        return f"`if {self.condition}` of {path}" if self.kind == "if" else path

    def __repr__(self) -> str:
        return f"Location({self.subject})"


def _by_module(level: Level) -> str:
    """Which other module may send headers in a block; headers-more is read."""
    unread = next((line for line in level.senders if line.name not in LINES), None)
    return f"`{unread.name}` may send it" if unread is not None else ""


_SIGNS = (".*", ".+", "(?", "\\.", "$", "[^", "|")
_CSP = ("content-security-policy", "content-security-policy-report-only")
_NO_PAGES = frozenset("stub_status empty_gif flv mp4 grpc_pass memcached_pass tunnel_pass api".split())
