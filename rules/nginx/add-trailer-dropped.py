"""Trailers of the block around are switched off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Note

if TYPE_CHECKING:
    from dockguard.api import Location


def check(location: Location) -> Iterator[Finding]:
    """The first own line drops; what it dropped are notes."""
    level = location.level
    own = level.own.get("add_trailer", ())
    if (
        not own
        or level.parent is None
        or location.dead
        or level.setting("add_trailer_inherit").known in ("merge", "off")
    ):
        return
    here = {line.text(0).lower() for line in own}
    above = level.parent.listed("add_trailer")
    lost = [line for line in above if line.text(0).lower() not in here]
    if lost and not level.hidden(frozenset(("add_trailer",))):
        names = ", ".join(f"`{line.text(0)}`" for line in lost)
        yield Finding(
            own[0].span, f"this drops the inherited {names}", tuple(Note(line.span, "set here") for line in lost[:8])
        )
