"""Blocks with many lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Directive

DATA = ("http", "types", "map", "geo", "split_clients", "stream", "events")


def check(directive: Directive, options: Mapping[str, Any]) -> Iterator[Finding]:
    """Blocks of servers, locations and the like; those that hold everything, and tables, may be long."""
    statement = directive.statement
    if statement.block is None or directive.name in DATA:
        return
    lines = statement.source.text.count("\n", statement.name.start, statement.end) + 1
    if lines > options["most"]:
        yield Finding(directive.span, f"the block has {lines} lines")
