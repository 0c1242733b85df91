"""nginx: from files to the response that a client would really get."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain

from dockguard.formats.base import Format, Kind, Later, LaterKinds
from dockguard.formats.nginx.text.detect import foreign, matches, sniff
from dockguard.stack.pieces import Container, Image, Piece

__all__ = ["FORMAT"]

_HERE = "dockguard.formats.nginx"


def _kinds() -> Mapping[str, Kind]:
    from dockguard.formats.nginx.kinds import KINDS

    return KINDS


def _asked(above: Sequence[Piece]) -> bool:
    """Whether anything that looks like a configuration gets into a container; a bare image brings none that we see."""
    mounted = (mount for piece in above if isinstance(piece, Container) for mount in piece.mounts)
    mounts = (mount.target for mount in mounted if mount.inside or mount.content is not None)
    copies = (file.target for piece in above if isinstance(piece, Image) for file in piece.files)
    return any(_hint(target) for target in chain(mounts, copies))


def _hint(target: str) -> bool:
    return "nginx" in target or "openresty" in target or "conf" in target or target.rstrip("/") in ("", "/etc")


FORMAT = Format(
    name="nginx",
    language="nginx",
    matches=matches,
    parse=Later(f"{_HERE}.text.parse", "parse"),
    assemble=Later(f"{_HERE}.assemble", "assemble"),
    kinds=LaterKinds(_kinds),
    lower=Later(f"{_HERE}.lower", "lower"),
    comments=Later(f"{_HERE}.text.comments", "comments"),
    problems=Later(f"{_HERE}.text.comments", "problems"),
    effective=Later(f"{_HERE}.effective", "effective"),
    sniff=sniff,
    foreign=foreign,
    asked=_asked,
)
