"""Compose files: the project that Docker Compose would really run."""

from __future__ import annotations

from dockguard.formats.base import Format
from dockguard.formats.compose.comments import comments
from dockguard.formats.compose.edit import edit
from dockguard.formats.compose.kinds import kinds
from dockguard.formats.compose.lower import effective, lower
from dockguard.formats.compose.names import is_context, matches, sniff
from dockguard.formats.compose.parse import parse, problems
from dockguard.formats.compose.variants import assemble, unit_problems

__all__ = ["FORMAT"]

FORMAT = Format(
    name="compose",
    language="yaml",
    matches=matches,
    parse=parse,
    assemble=assemble,
    kinds=kinds(edit),
    lower=lower,
    comments=comments,
    problems=problems,
    unit_problems=unit_problems,
    effective=effective,
    heads=True,
    sniff=sniff,
    context=is_context,
)
