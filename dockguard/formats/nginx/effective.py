"""A site as the JSON value of `dockguard effective`: every response context with its headers and limits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dockguard.formats.nginx.headers.headers import Header
from dockguard.formats.nginx.limits import Limit
from dockguard.formats.nginx.location import Location
from dockguard.formats.nginx.server import Server
from dockguard.formats.nginx.site import Site
from dockguard.source import Fact, Span, Unknown


def effective(site: Site) -> dict[str, Any]:
    """Servers and their contexts, in the order of the text."""
    found: dict[str, Any] = {"path": site.sources[0].path}
    if site.container:
        found["container"] = site.container
    if site.open:
        found["open"] = site.open
    return {**found, "servers": [_server(server) for server in site.servers]}


def _server(server: Server) -> dict[str, Any]:
    return {
        **_place(server.span),
        "listen": [listen.written for listen in server.listens],
        "names": [_plain(name) for name in server.names],
        "tls": _plain(server.tls),
        "default": server.default,
        "contexts": [_context(location) for location in server.contexts],
    }


def _context(location: Location) -> dict[str, Any]:
    return {
        **_place(location.span),
        "location": location.path,
        "if": location.condition,
        "headers": _headers(location.headers),
        **({"open": location.headers.open} if location.headers.open else {}),
        "limits": _limits(location.limits),
        "connections": [{"zone": limit.zone, **_place(limit.span)} for limit in location.connection_limits],
        "access": [
            {"rule": rule.verb, "value": _plain(rule.who), **_place(rule.span)} for rule in location.access.rules
        ],
        "auth": _plain(location.access.password),
        "action": location.action,
        "internal": location.internal,
        "dead": location.dead,
        **({"because": location.dead_because} if location.dead else {}),
    }


def _headers(headers: Iterable[Header]) -> list[dict[str, Any]]:
    return [
        {"name": header.name, "value": _plain(header.value), "always": header.always, **_place(header.span)}
        for header in headers
        if not header.never_sent
    ]


def _limits(limits: Iterable[Limit]) -> list[dict[str, Any]]:
    return [
        {"zone": limit.zone, "burst": limit.burst, "nodelay": limit.nodelay, **_place(limit.span)} for limit in limits
    ]


def _place(span: Span) -> dict[str, Any]:
    outer = span.outer
    return {"path": outer.source.path, "line": outer.line}


def _plain(fact: Fact[Any]) -> Any:
    return {"unknown": True, "why": fact.value.why} if isinstance(fact.value, Unknown) else fact.value
