"""Every kind of node that `each:` can name: the formats' own, and the stack's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dockguard.formats.base import Format, Kind
from dockguard.stack.link import Proxied, Published, Running, published

STACK = {
    "stack.container": Kind(Running, lambda stack: stack.containers),
    "stack.route": Kind(Proxied, lambda stack: stack.routes),
    "stack.port": Kind(Published, published),
}


def kinds(formats: Iterable[Format], *more: Mapping[str, Kind]) -> dict[str, Kind]:
    """Kind by name, for the given formats."""
    found = dict(STACK)
    for format in formats:
        found.update(format.kinds)
    for further in more:
        found.update(further)
    return found


def all_kinds() -> dict[str, Kind]:
    """Every kind there is."""
    from dockguard.formats import load

    return kinds(load())
