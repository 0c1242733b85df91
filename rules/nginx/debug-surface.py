"""Locations of operators' tools that nothing protects."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Location

TOOLS = (
    r"/(?:metrics|actuator(?!/(?:health|info))|server-(?:status|info)|debug/(?:pprof|vars)|pprof|php-?my-?admin|pma|adminer|"
    r"pgadmin4?|phpinfo(?:\.php)?|_profiler|telescope|horizon|h2-console|jolokia|druid|mongo-?express|redis-?commander|"
    r"flower|_debugbar|elmah\.axd|trace\.axd|fpm[-_]status|rq|sidekiq)(?:[/.?$)(]|$)"
)


def check(location: Location) -> Iterator[Finding]:
    """Those that are passed on, or run, for whoever asks."""
    match = location.match
    if location.kind != "location" or match is None or len(match.pattern) < 3 or not location.proxied:
        return
    plain = match.pattern.replace("\\", "").replace("(?:", "(").lstrip("^")
    if not re.match(TOOLS, plain, re.I) or location.internal or location.dead or restricted(location):
        return
    span = location.level.own[location.handler][0].span if location.handler in location.level.own else location.span
    yield Finding(span, f"everybody gets to `{match.pattern}`")


def restricted(location: Location) -> bool:
    """Whether somebody is kept out, or nobody can know."""
    access, listens = location.access, location.server.listens
    local = bool(listens.items) and all(listen.loopback for listen in listens) and not listens.open
    closed = location.ends_all or access.closed or local or bool(location.level.children)
    certificate = location.level.setting("ssl_verify_client")
    unknown = bool(access.rules.open) or not access.password.sure or not access.subrequest.sure or not certificate.sure
    return closed or unknown or access.restricts or certificate.known == "on"
