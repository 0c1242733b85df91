"""A site's words for the stack: where it sends requests."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dockguard.formats.nginx.directives.inheritance import PASSES
from dockguard.formats.nginx.home.writing import writes
from dockguard.formats.nginx.level import Directive, Level
from dockguard.formats.nginx.site import Site
from dockguard.formats.nginx.wire.listening import sockets
from dockguard.lazy import regex
from dockguard.source import Fact
from dockguard.stack.pieces import Proxy, Route

_TARGET = regex(r"(?:(https?|grpcs?|h2c)://)?(\[[0-9a-fA-F:.]+\]|[\w.-]+)(?::(\d{1,5}))?(?:[/?].*)?", re.S)
_PORTS = {"https": 443, "grpcs": 443, "http": 80, "grpc": 80}


def lower(site: Site) -> Iterator[Route | Proxy]:
    """The site, and its ways to upstreams; those through an `upstream` block lead to each of its servers."""
    stock = bool(site.root.memo.get("stock"))
    yield Proxy(site.subject, site.span, site.container, sockets(site), site, site.image, stock, writes(site))
    groups = _groups(site)
    for directive in site.lines():
        if directive.name in PASSES and directive.words and not directive.words[0].opaque:
            yield from _routes(site, directive, groups)


def _groups(site: Site) -> dict[str, Level]:
    """The `upstream` blocks by their names, which nginx compares without case."""
    levels = [*(site.http.children if site.http else ()), *_streams(site)]
    found = {}
    for level in levels:
        if level.context in ("upstream", "stream upstream") and level.statement and level.statement.args:
            found[level.statement.args[0].text.lower()] = level
    return found


def _streams(site: Site) -> Iterator[Level]:
    for level in site.root.children:
        if level.context == "stream":
            yield from level.children


def _routes(site: Site, directive: Directive, groups: dict[str, Level]) -> Iterator[Route]:
    target = _target(directive.texts[0])
    if target is None:
        return
    host, port = target
    upstream, protocol = directive.first, _protocol(directive)
    late = "$" in directive.texts[0]  # any variable leaves the whole address to the request
    group = groups.get(host.lower())
    if group is None:
        where = (directive.span, site.subject, site.container)
        yield Route(host, port, upstream, *where, late, _hidden(directive), protocol)
        return
    for line in group.own.get("server", ()):
        inner = _target(line.text(0))
        if inner is not None and not line.words[0].opaque:
            fact = upstream.step(line.span, "this server of the upstream")
            yield Route(
                inner[0],
                inner[1] or (80 if group.context == "upstream" else None),
                Fact(fact.value, line.span, fact.via),
                line.span,
                site.subject,
                site.container,
                late="resolve" in line.texts[1:],
                protocol=protocol,
            )


def _hidden(directive: Directive) -> str:
    """Why an `upstream` block may stand somewhere that nobody has read."""
    return next((why for level in directive.level.chain if (why := level.hidden(_UPSTREAM))), "")


_UPSTREAM = frozenset(("upstream",))


def _protocol(directive: Directive) -> str:
    """What is spoken with the upstream: the scheme, else what the directive's name says."""
    scheme, colons, _ = directive.texts[0].partition("://")
    if colons:
        return scheme.lower()
    word = directive.name.partition("_")[0]
    return "tcp" if directive.context.startswith("stream") else "http" if word == "proxy" else word


def _target(text: str) -> tuple[str, int | None] | None:
    """Host and port of an address; None for Unix sockets and for what a variable decides."""
    if "$" in text.partition("://")[2].partition("/")[0] or text.startswith(("unix:", "$")) or "://unix:" in text:
        return None
    match = _TARGET.fullmatch(text)
    if not match or not match[2]:
        return None
    port = int(match[3]) if match[3] else _PORTS.get(match[1] or "")
    return match[2], port
