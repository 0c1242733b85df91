"""Where lines and blocks stand: a line in its block, who opens a block, the block whose program it runs in."""

from __future__ import annotations

from dockguard.formats.nginx.level import Directive, Level


def position(line: Directive) -> int:
    """Where a line stands in its block; its length for a line that is not there."""
    level = line.level
    order = level.memo.get("order")
    if order is None:
        order = level.memo["order"] = {id(one): at for at, one in enumerate(level.directives)}
    found: int = order.get(id(line), len(level.directives))
    return found


def opener(level: Level) -> Directive | None:
    """The line that opens a block."""
    if level.parent is None:
        return None
    opened = level.parent.memo.get("opened")
    if opened is None:
        lines = (line for line in level.parent.directives if line.statement.block is not None)
        opened = level.parent.memo["opened"] = {id(line.statement): line for line in lines}
    found: Directive | None = opened.get(id(level.statement))
    return found


def home_of(level: Level) -> Level:
    """The block whose rewrite program a block belongs to."""
    while level.context.startswith("if") and level.parent is not None:
        level = level.parent
    return level


def server_of(level: Level) -> Level | None:
    """The server around a block."""
    return next((one for one in level.chain if one.context == "server"), None)
