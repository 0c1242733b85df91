"""Inherited parameters that a block's own lines switch off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Note

if TYPE_CHECKING:
    from dockguard.api import Location

LISTS = """
    fastcgi_param uwsgi_param scgi_param grpc_set_header proxy_hide_header fastcgi_hide_header uwsgi_hide_header
    scgi_hide_header grpc_hide_header proxy_cookie_flags auth_request_set set_real_ip_from sub_filter
""".split()


def check(location: Location) -> Iterator[Finding]:
    """One finding for each list; where a file is unread, nobody knows what is set again."""
    level = location.level
    if level.parent is None or location.dead:
        return
    for name in LISTS:
        own = level.own.get(name)
        if not own or level.hidden(frozenset((name,))):
            continue
        here = {line.text(0).lower() for line in own}
        lost = [line for line in level.parent.listed(name) if line.text(0).lower() not in here]
        if lost:
            names = ", ".join(dict.fromkeys(f"`{line.text(0)}`" for line in lost[:6]))
            notes = tuple(Note(line.span, "set here") for line in lost[:6])
            yield Finding(own[0].span, f"this drops the inherited {names}", notes)
