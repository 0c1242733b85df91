"""Compose files: the project that Docker Compose would really run."""

from __future__ import annotations

from collections.abc import Mapping

from dockguard.formats.base import Format, Kind, Later, LaterKinds
from dockguard.formats.compose.text.names import is_context, matches, sniff

__all__ = ["FORMAT"]

_HERE = "dockguard.formats.compose"


def _kinds() -> Mapping[str, Kind]:
    from dockguard.formats.compose.kinds import KINDS

    return KINDS


FORMAT = Format(
    name="compose",
    language="yaml",
    matches=matches,
    parse=Later(f"{_HERE}.text.parse", "parse"),
    assemble=Later(f"{_HERE}.variants", "assemble"),
    kinds=LaterKinds(_kinds),
    lower=Later(f"{_HERE}.lower", "lower"),
    comments=Later(f"{_HERE}.text.comments", "comments"),
    problems=Later(f"{_HERE}.text.parse", "problems"),
    linked=Later(f"{_HERE}.lower", "linked"),
    unit_problems=Later(f"{_HERE}.variants", "unit_problems"),
    effective=Later(f"{_HERE}.lower", "effective"),
    heads=True,
    sniff=sniff,
    context=is_context,
)
