"""`dockguard check --show-files`: what was found, as what, and what was left out and why."""

from __future__ import annotations

from collections.abc import Iterator

from dockguard.discover import Found
from dockguard.render.terminal import safe
from dockguard.run import stacks_of
from dockguard.session import Session, begin
from dockguard.settings import Ask


def show(ask: Ask) -> str:
    """A line for each file: path, kind, and the stacks that it is part of."""
    session = begin(ask)
    found = session.discovery()(session.paths)
    return "\n".join(safe(line) for line in _lines(session, found)) or "nothing found"


def _lines(session: Session, found: Found) -> Iterator[str]:
    parts: dict[str, list[str]] = {}
    for stack in stacks_of(session, found):
        for path in stack.paths:
            parts.setdefault(path, []).append(stack.variant or "stands alone")
    width = max(map(len, (*found.files, *parts)), default=0)
    for path in sorted({**found.files, **parts}):
        kind = found.files.get(path, "context")
        yield f"{path:{width}}  {kind:10}  {'; '.join(dict.fromkeys(parts.get(path, ())))}".rstrip()
    for path, why in found.skipped:
        yield f"{path:{width}}  skipped     {why}"
