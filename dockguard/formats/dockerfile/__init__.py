"""Dockerfiles: the image that would really be built, by BuildKit's own rules."""

from __future__ import annotations

from dockguard.formats.base import Format
from dockguard.formats.dockerfile.assemble import assemble, problems, unit_problems
from dockguard.formats.dockerfile.comments import comments
from dockguard.formats.dockerfile.edit import edit
from dockguard.formats.dockerfile.kinds import kinds
from dockguard.formats.dockerfile.lower import effective, lower
from dockguard.formats.dockerfile.names import is_context, matches, sniff
from dockguard.formats.dockerfile.parse import parse

__all__ = ["FORMAT"]

FORMAT = Format(
    name="dockerfile",
    language="dockerfile",
    matches=matches,
    parse=parse,
    assemble=assemble,
    kinds=kinds(edit),
    lower=lower,
    comments=comments,
    problems=problems,
    unit_problems=unit_problems,
    effective=effective,
    sniff=sniff,
    context=is_context,
)
