"""Limits of connections that a block's own lines switch off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Note

if TYPE_CHECKING:
    from dockguard.api import Location

NAMES = frozenset(("limit_conn",))


def check(location: Location) -> Iterator[Finding]:
    """At the first own line; where a file is unread, nobody knows what is set again."""
    level = location.level
    own = level.own.get("limit_conn")
    if not own or level.parent is None or location.dead or level.hidden(NAMES):
        return
    here = {line.text(0) for line in own}
    lost = [line for line in level.parent.listed("limit_conn") if line.text(0) not in here]
    if lost:
        names = ", ".join(dict.fromkeys(f"`{line.text(0)}`" for line in lost[:6]))
        notes = tuple(Note(line.span, "this does not count here") for line in lost[:6])
        yield Finding(own[0].span, f"this switches off the limit of zone {names} around it", notes)
