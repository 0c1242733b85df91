"""Databases that a `stream` server opens to everybody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from dockguard.api import Finding, Note, Served, Span

if TYPE_CHECKING:
    from dockguard.api import Level, Site


def check(served: Served) -> Iterator[Finding]:
    """One finding for a `stream` server that leads to a database."""
    site = cast("Site", served.site)
    ways = {way.span: way for way in served.stack.ways if way.site == served.proxy.subject}
    for server in site.streams:
        port = served.entry(line.span for line in server.own.get("listen", ()))
        if port is None or guarded(server):
            continue
        for span in targets(server, site):
            way = ways.get(span)
            what = served.datastore(way.host, way.port) if way is not None else ""
            if way is not None and what:
                message = (
                    f"everybody who reaches port {port.target[0]} of `{served.container.name}` is passed on to {what}"
                )
                yield Finding(span, message, (Note(port.span, "the port is published on every address"),))
                break


def guarded(server: Level) -> bool:
    """Whether addresses are chosen, or clients need a certificate."""
    rules = server.listed("allow")
    verify = server.nearest("ssl_verify_client").known
    certificate = verify is not None and verify.text(0) in ("on", "optional_no_ca")
    return bool(rules.open) or any(rule.name == "deny" for rule in rules) or certificate


def targets(server: Level, site: Site) -> Iterator[Span]:
    """The lines that lead to hosts: `proxy_pass`, or the servers of the group that it names."""
    for line in server.own.get("proxy_pass", ()):
        yield line.span
        for level in site.root.walk():
            named = level.statement is not None and level.statement.texts[:1] == (line.text(0),)
            if level.context == "stream upstream" and named:
                yield from (one.span for one in level.own.get("server", ()))
