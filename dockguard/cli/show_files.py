"""`dockguard check --show-files`: what was found, as what, and what was left out and why."""

from __future__ import annotations

from collections.abc import Iterator

from dockguard.discover import Found
from dockguard.record import replace
from dockguard.render.places import from_here
from dockguard.render.terminal import safe
from dockguard.render.variants import by_project
from dockguard.run import stacks_of, whole
from dockguard.session import Session, begin
from dockguard.settings import Ask


def show(ask: Ask) -> str:
    """A line for each file: path, kind, and the stacks that it is part of."""
    session = begin(ask)
    found = session.discovery()(session.paths)
    return "\n".join(safe(line) for line in _lines(session, found)) or "nothing found"


def _lines(session: Session, found: Found) -> Iterator[str]:
    parts: dict[str, dict[str, None]] = {}
    for stack in stacks_of(session, found):
        for path in stack.paths:
            parts.setdefault(path, {}).setdefault(stack.variant)
    stacks = dict.fromkeys(name for names in parts.values() for name in names if name)
    run = replace(whole(session, found, (), ()), stacks=tuple(stacks))
    shown = {path: from_here(path, run) for path in sorted({**found.files, **parts})}
    width = max(map(len, shown.values()), default=0)
    for path, here in shown.items():
        names = list(parts.get(path, ()))
        told = [
            f"{base}: {text}" if text else base for base, text in by_project([*filter(None, names)], run, 3).items()
        ]
        told += ["stands alone"] if "" in names else []
        yield f"{here:{width}}  {found.files.get(path, 'context'):10}  {'; '.join(told)}".rstrip()
    for path, why in found.skipped:
        yield f"{from_here(path, run):{width}}  skipped     {why}"
