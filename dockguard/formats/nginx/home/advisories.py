"""Known flaws of the nginx that reads a site, as far as the site has what they need."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from dockguard.formats.nginx.directives.inheritance import PASSES
from dockguard.formats.nginx.directives.settings import size
from dockguard.formats.nginx.directives.table import Version, numbers
from dockguard.formats.nginx.flow import condition
from dockguard.formats.nginx.flow.order import opener, position
from dockguard.formats.nginx.home.release import before, is_upstream
from dockguard.formats.nginx.level import Directive
from dockguard.formats.nginx.wire.tls import sides
from dockguard.lazy import regex
from dockguard.record import dataclass
from dockguard.source import Fact, Span

if TYPE_CHECKING:
    from dockguard.formats.nginx.site import Site

_GROUP = regex(r"\((?!\*)(?!\?(?!P?<(?![=!])|'))")
_NUMBERED = regex(r"\$[1-9]")
_CLASS = regex(r"\[\^?\]?(?:\\.|[^\]\\])*\]")
MAX_LINES = 20_000  # of a site that are looked at


@dataclass(frozen=True, slots=True)
class Flaw:
    """A row of the table: where it came, where it was fixed (mainline first), and what a configuration needs for it."""

    cve: str
    what: str
    severity: str  # nginx's own word: major, medium, low
    introduced: Version
    fixed: tuple[Version, ...]
    needs: str

    def hits(self, version: Version) -> bool:
        """Whether a release surely has it; a short one like (1, 25) stands for the last of its branch."""
        newest = (*version, *(9999,) * 3)[:3]
        if newest < self.introduced or before(newest, self.fixed[0]) is not True:
            return False
        return not any(fix[:2] == newest[:2] and newest >= fix for fix in self.fixed)


@dataclass(frozen=True, slots=True)
class Advisory:
    """Flaws of a site's nginx that need one thing, and the first line that has it."""

    flaws: tuple[Flaw, ...]
    line: Directive
    release: Fact[Version]
    site_subject: str

    @property
    def span(self) -> Span:
        """The line that the flaws need."""
        return self.line.span

    @property
    def subject(self) -> str:
        """The site and what is needed."""
        return f"{self.site_subject}: {self.flaws[0].needs}"

    @property
    def version(self) -> str:
        """The release, as the image's tag says it."""
        return ".".join(map(str, self.release.known or ()))

    @property
    def severity(self) -> str:
        """The worst of nginx's own words: major, medium, low."""
        return next(word for word in ("major", "medium", "low") if any(flaw.severity == word for flaw in self.flaws))

    @property
    def fixed(self) -> str:
        """The oldest release in which all of them are gone."""
        return ".".join(map(str, max(min(flaw.fixed) for flaw in self.flaws)))


def advisories(site: Site) -> Iterator[Advisory]:
    """What is known against the site's nginx; nothing for other builds of it, whose fixes have other numbers."""
    version = site.version
    if version is not None and is_upstream(site.image.known or ""):
        for needs, found in _by_need(flaw for flaw in table() if flaw.hits(version)):
            line = next(_NEEDS[needs](site), None)
            if line is not None:
                yield Advisory(found, line, site.nginx_version, site.subject)


def _by_need(flaws: Iterable[Flaw]) -> Iterator[tuple[str, tuple[Flaw, ...]]]:
    found: dict[str, list[Flaw]] = {}
    for flaw in flaws:
        found.setdefault(flaw.needs, []).append(flaw)
    return ((needs, tuple(same)) for needs, same in found.items())


def undated(site: Site) -> Iterator[Advisory]:
    """Lines that a flaw of older releases needs and that can be written in another way, where no release is known."""
    if site.version is None:
        for needs, found in _by_need(flaw for flaw in table() if flaw.needs in _REWRITABLE):
            for line in _NEEDS[needs](site):
                yield Advisory(found, line, site.nginx_version, site.subject)


_REWRITABLE = frozenset(("rewrite-captures", "rewrite-overlap", "map-captures", "slice"))


@cache
def table() -> tuple[Flaw, ...]:
    """Every row, read once."""
    import json

    with open(f"{os.path.dirname(os.path.dirname(__file__))}/data/advisories.json", encoding="utf-8") as file:
        rows = json.load(file)["rows"]
    return tuple(
        Flaw(cve, what, severity, numbers(introduced), tuple(map(numbers, fixed)), needs)
        for cve, what, severity, introduced, fixed, needs in rows
    )


# --- what a configuration needs for a flaw ---


def _lines(site: Site, *names: str) -> Iterator[Directive]:
    for count, line in enumerate(site.lines()):
        if count >= MAX_LINES:
            return
        if line.name in names:
            yield line


def _named(*names: str) -> Callable[[Site], Iterator[Directive]]:
    """One of these directives, not switched off."""
    return lambda site: (line for line in _lines(site, *names) if line.text(0) not in ("off", "0"))


def _http3(site: Site) -> Iterator[Directive]:
    return (line for line in _lines(site, "listen") if "quic" in line.texts)


def _http3_proxy(site: Site) -> Iterator[Directive]:
    """HTTP/3, and requests that are passed on."""
    return _http3(site) if any(True for _ in _lines(site, "proxy_pass")) else iter(())


def _http2(site: Site) -> Iterator[Directive]:
    for line in _lines(site, "listen", "http2"):
        if "http2" in line.texts or (line.name == "http2" and line.text(0) == "on"):
            yield line


def _dav(site: Site) -> Iterator[Directive]:
    return (line for line in _lines(site, "dav_methods") if {"COPY", "MOVE"} & set(line.texts))


def _tls_upstream(site: Site) -> Iterator[Directive]:
    return (line for line in _lines(site, *PASSES) if line.text(0).startswith(("https://", "grpcs://", "suwsgi://")))


def _http2_body(site: Site) -> Iterator[Directive]:
    http2 = any(line.text(0) == "2" for line in _lines(site, "proxy_http_version"))
    return _lines(site, "proxy_set_body") if http2 else iter(())


def _client_certificates(site: Site) -> Iterator[Directive]:
    """Certificates of clients, asked for by one of several servers of a socket."""
    tls = sum(server.tls.known is True for server in site.servers)
    return (line for line in _lines(site, "ssl_verify_client") if tls > 1 and line.text(0) != "off")


def _rewrite_captures(site: Site) -> Iterator[Directive]:
    """A `rewrite` to a text with arguments, and behind it a `set` or an `if` that uses a numbered group."""
    for line in _lines(site, "rewrite"):
        target = line.text(1)
        goes_on = not _redirects(line) and line.text(2) not in ("last", "break")
        if "?" in target[:-1] and goes_on and _uses_groups(_later(line)):
            yield line


def _later(line: Directive) -> Iterator[Directive]:
    """The lines that may run behind a line of a rewrite program: of its block, and behind the `if` around it."""
    own: Directive | None = line
    while own is not None:
        at = position(own) + 1
        yield from own.level.directives[at : at + 50]
        own = opener(own.level) if own.level.context.startswith("if") else None


def _uses_groups(later: Iterable[Directive]) -> bool:
    """Whether lines of a rewrite program use a numbered group before it ends."""
    for line in later:
        if line.name in ("return", "break"):
            return False
        if line.name == "set" and _NUMBERED.search(line.text(1)):
            return True
        if line.name == "if":
            asked = condition.of(line)
            compared = asked.value if asked is not None and not asked.regex and asked.sign else ""
            block = line.block
            inside = any(_NUMBERED.search(inner.text(1)) for inner in (block.own.get("set", ()) if block else ()))
            if inside or _NUMBERED.search(compared):
                return True
    return False


def _rewrite_overlap(site: Site) -> Iterator[Directive]:
    """A `rewrite` that escapes a numbered group and another one inside of it, and names no other variables."""
    for line in _lines(site, "rewrite"):
        target = line.text(1)
        escaped = target if _redirects(line) else target.removesuffix("?").partition("?")[2]
        if "$" in _NUMBERED.sub("", target):
            continue
        used = {int(text[1]) for text in _NUMBERED.findall(escaped)}
        if len(used) > 1 and any({outer, inner} <= used for outer, inner in _nested(line.text(0))):
            yield line


def _redirects(line: Directive) -> bool:
    away = line.text(1).startswith(("http://", "https://", "$scheme"))
    return away or line.text(2) in ("redirect", "permanent")


def _nested(pattern: str) -> Iterator[tuple[int, int]]:
    """Pairs of an outer and an inner group, by their numbers."""
    stack: list[int] = []
    number = at = 0
    while at < min(len(pattern), 2000):
        char = pattern[at]
        if char == "\\":
            at += 1
        elif char == "[":
            inside = _CLASS.match(pattern, at)
            at = inside.end() - 1 if inside is not None else at
        elif char == "(":
            captures = _GROUP.match(pattern, at) is not None
            number += captures
            yield from ((outer, number) for outer in stack[-20:] if outer and captures)
            stack.append(number if captures else 0)
        elif char == ")" and stack:
            stack.pop()
        at += 1


def _slice(site: Site) -> Iterator[Directive]:
    """Pieces that are asked for one by one, or in the background, where a numbered group is used."""
    for line in _lines(site, "slice", "proxy_cache_background_update"):
        on = line.text(0) not in ("0", "off")
        if on and any(_NUMBERED.search(text) for one in line.level.directives[:500] for text in one.texts):
            yield line


def _map_captures(site: Site) -> Iterator[Directive]:
    """A text that names `$1` before the variable of a map whose expressions have groups of their own."""
    maps = [name for name, (_, block) in site.variables.maps.items() if any(map(_captures, block.directives[:500]))]
    if not maps:
        return
    after = re.compile(r"\$\{?[1-9].*\$\{?(?:" + "|".join(map(re.escape, maps[:200])) + r")\b", re.S | re.I)
    for count, line in enumerate(site.lines()):
        if count >= MAX_LINES:
            return
        if any("$" in text and after.search(text[:2000]) for text in line.texts):
            yield line


def _tls13(site: Site) -> Iterator[Directive]:
    """Where TLS 1.3 is spoken over TCP: the `ssl_protocols`, or without one the `listen` of the server."""
    for side in sides(site.servers):
        listens = [
            line for line in side.level.own.get("listen", ()) if "ssl" in line.texts and "quic" not in line.texts
        ]
        if listens and not side.server.silent and any(fact.known == "TLSv1.3" for fact in side.protocols):
            line = side.level.nearest("ssl_protocols").value
            yield line if isinstance(line, Directive) else listens[0]


def _tickets(site: Site) -> Iterator[Directive]:
    """Sessions in shared memory, where nginx makes and changes the keys of tickets itself."""
    for side in sides(site.servers):
        line = side.level.nearest("ssl_session_cache").value
        shared = isinstance(line, Directive) and any(text.startswith("shared:") for text in line.texts)
        tickets, key = side.level.setting("ssl_session_tickets"), side.level.setting("ssl_session_ticket_key")
        if isinstance(line, Directive) and shared and tickets.value in (None, "on") and key.value is None:
            yield line


def _resolver_subrequests(site: Site) -> Iterator[Directive]:
    """Names that are looked up, and requests that nginx makes of others."""
    asked = any(line.text(0) != "off" for line in _lines(site, *_SUBREQUESTS))
    return _named("resolver")(site) if asked else iter(())


_SUBREQUESTS = ("auth_request", "mirror", "ssi", "add_before_body", "add_after_body")


def _alias_rewrite(site: Site) -> Iterator[Directive]:
    """A `rewrite` of a location with `alias`, and behind it, in the same program, the name of the file."""
    for line in _lines(site, "rewrite"):
        level = line.level
        if level.has("alias") and not line.text(2) and not _redirects(line):
            at = position(line) + 1
            if any("$request_filename" in text for one in level.directives[at : at + 50] for text in one.texts):
                yield line


def _smtp_none(site: Site) -> Iterator[Directive]:
    return (line for line in _lines(site, "smtp_auth") if "none" in line.texts)


def _ssi_aio(site: Site) -> Iterator[Directive]:
    for line in _named("ssi")(site):
        if line.level.setting("aio").known not in (None, "off"):
            yield line


def _large_headers(site: Site) -> Iterator[Directive]:
    """Headers of more than 2 MB that are passed on over HTTP/2, and none of them refused."""
    over = any(
        line.name == "grpc_pass" or line.text(0) == "2" for line in _lines(site, "grpc_pass", "proxy_http_version")
    )
    kept = any(line.text(0) == "off" for line in _lines(site, "ignore_invalid_headers"))
    for line in _lines(site, "large_client_header_buffers") if over and kept else ():
        if (size(line.text(1)) or 0) > 2 * 1024**2:
            yield line


def _charset_unbuffered(site: Site) -> Iterator[Directive]:
    """A `charset_map`, and answers of upstreams that are sent on as they come."""
    unbuffered = any(line.text(0) == "off" for line in _lines(site, "proxy_buffering"))
    return _lines(site, "charset_map") if unbuffered else iter(())


def _captures(entry: Directive) -> bool:
    return entry.name.startswith("~") and _GROUP.search(entry.name) is not None


_NEEDS: dict[str, Callable[[Site], Iterator[Any]]] = {
    "tls13": _tls13,
    "tickets": _tickets,
    "resolver-subrequests": _resolver_subrequests,
    "alias-rewrite": _alias_rewrite,
    "ssi-aio": _ssi_aio,
    "smtp-none": _smtp_none,
    "large-headers": _large_headers,
    "charset-unbuffered": _charset_unbuffered,
    "slice": _slice,
    "ssi": _named("ssi"),
    "map-captures": _map_captures,
    "http3": _http3,
    "http3-proxy": _http3_proxy,
    "http2": _http2,
    "http2-body": _http2_body,
    "charset_map": _named("charset_map"),
    "rewrite-captures": _rewrite_captures,
    "rewrite-overlap": _rewrite_overlap,
    "uwsgi": _named("uwsgi_pass", "scgi_pass"),
    "ssl_ocsp": _named("ssl_ocsp"),
    "dav": _dav,
    "mp4": _named("mp4"),
    "auth_http": _named("auth_http"),
    "tls-upstream": _tls_upstream,
    "client-certificates": _client_certificates,
    "resolver": _named("resolver"),
    "cache": _named("proxy_cache", "fastcgi_cache", "uwsgi_cache", "scgi_cache"),
}
