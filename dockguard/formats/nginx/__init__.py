"""nginx: from files to the response that a client would really get."""

from __future__ import annotations

from collections.abc import Mapping

from dockguard.formats.base import Format, Kind, Later, LaterKinds
from dockguard.formats.nginx.detect import matches, sniff

__all__ = ["FORMAT"]

_HERE = "dockguard.formats.nginx"


def _kinds() -> Mapping[str, Kind]:
    from dockguard.formats.nginx.kinds import KINDS

    return KINDS


FORMAT = Format(
    name="nginx",
    language="nginx",
    matches=matches,
    parse=Later(f"{_HERE}.parse", "parse"),
    assemble=Later(f"{_HERE}.assemble", "assemble"),
    kinds=LaterKinds(_kinds),
    lower=Later(f"{_HERE}.lower", "lower"),
    comments=Later(f"{_HERE}.comments", "comments"),
    problems=Later(f"{_HERE}.comments", "problems"),
    effective=Later(f"{_HERE}.effective", "effective"),
    sniff=sniff,
)
