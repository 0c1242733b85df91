"""Dockerfiles: the image that would really be built, by BuildKit's own rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dockguard.formats.base import Format, Kind, Later, LaterKinds
from dockguard.formats.dockerfile.text.names import foreign, is_context, matches, sniff
from dockguard.stack.pieces import Container, Piece

__all__ = ["FORMAT"]

_HERE = "dockguard.formats.dockerfile"


def _kinds() -> Mapping[str, Kind]:
    from dockguard.formats.dockerfile.kinds import kinds
    from dockguard.formats.dockerfile.text.edit import edit

    return kinds(edit)


def _asked(above: Sequence[Piece]) -> bool:
    return any(isinstance(piece, Container) and piece.build is not None for piece in above)


FORMAT = Format(
    name="dockerfile",
    language="dockerfile",
    matches=matches,
    parse=Later(f"{_HERE}.text.parse", "parse"),
    assemble=Later(f"{_HERE}.assemble", "assemble"),
    kinds=LaterKinds(_kinds),
    lower=Later(f"{_HERE}.lower", "lower"),
    comments=Later(f"{_HERE}.text.comments", "comments"),
    problems=Later(f"{_HERE}.assemble", "problems"),
    unit_problems=Later(f"{_HERE}.assemble", "unit_problems"),
    effective=Later(f"{_HERE}.lower", "effective"),
    sniff=sniff,
    foreign=foreign,
    asked=_asked,
    context=is_context,
)
