"""Monitoring without a login that a published nginx passes everybody on to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from dockguard.api import Finding, Note, Running, Served, open_monitoring

if TYPE_CHECKING:
    from dockguard.api import Location, Site


def check(served: Served) -> Iterator[Finding]:
    """One finding for a location."""
    site = cast("Site", served.site)
    for location in site.locations:
        upstream = location.upstream
        if location.kind == "limit_except" or not upstream.known or guarded(location):
            continue
        program = next((name for one in served.targets(upstream.known) if (name := without_login(one))), "")
        port = served.entry(listen.span for listen in location.server.listens) if program else None
        if port is not None:
            message = f"everybody who reaches port {port.target[0]} is passed on to {program}, which has no login"
            yield Finding(upstream.span, message, (Note(port.span, "the port is published"),))


def guarded(location: Location) -> bool:
    """Whether somebody is kept out, or nobody from outside gets here."""
    access = location.access
    asks = access.password.known is not None and not access.password_inert
    verify = location.level.setting("ssl_verify_client").known
    denies = any(rule.verb == "deny" for rule in access.rules) or bool(access.rules.open)
    closed = location.action in ("none", "reject", "return", "redirect") or location.internal
    return closed or denies or asks or access.subrequest.written or verify == "on" or not access.password.sure


def without_login(container: Running) -> str:
    """What runs there, where it lets everybody in and no file brings logins."""
    command = container.container.command
    text = " ".join((command.known or ()) if command is not None else ())
    return "" if "--web.config.file" in text else open_monitoring(container)
