"""Early data that upstreams do not hear of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Note

if TYPE_CHECKING:
    from dockguard.api import Location

HEADERS = {"proxy": "proxy_set_header", "grpc": "grpc_set_header", "fastcgi": "fastcgi_param", "uwsgi": "uwsgi_param"}


def check(location: Location) -> Iterator[Finding]:
    """Where the parameters that count say nothing of it, and no `if` turns it away."""
    name = HEADERS.get(location.handler.removesuffix("_pass"))
    if name is None or location.action != "proxy" or location.kind != "location":
        return
    early = location.level.setting("ssl_early_data")
    if early.known != "on":
        return
    passed = location.level.listed(name)
    told = any("ssl_early_data" in text for line in passed for text in line.texts)
    asked = any(
        "ssl_early_data" in text
        for one in location.level.chain
        for line in one.own.get("if", ())
        for text in line.texts
    )
    if not told and not asked and not passed.open:
        note = Note(early.span, "requests may come twice")
        yield Finding(location.upstream.span, "the upstream does not learn which requests are early data", (note,))
