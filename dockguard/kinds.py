"""Every kind of node that `each:` can name: the formats' own, and the stack's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from dockguard.formats import load
from dockguard.formats.base import Format, Kind, LaterKinds


def _stack() -> dict[str, Kind]:
    """The kinds of a stack, which a file that nothing runs does without."""
    from dockguard.stack.link import Proxied, Published, Running, published
    from dockguard.stack.program import Program, programs
    from dockguard.stack.served import Served, served
    from dockguard.stack.upstreams import Upstream, upstreams

    return {
        "stack.container": Kind(Running, lambda stack: stack.containers),
        "stack.route": Kind(Proxied, lambda stack: stack.routes),
        "stack.port": Kind(Published, published),
        "stack.program": Kind(Program, programs),
        "stack.site": Kind(Served, served),
        "stack.upstream": Kind(Upstream, upstreams),
    }


class Kinds(Mapping[str, Kind]):
    """Kind by name; a format's kinds are asked for only when one of its family is."""

    def __init__(self, formats: Iterable[Format], *more: Mapping[str, Kind]) -> None:
        self._families: dict[str, Mapping[str, Kind]] = {format.name: format.kinds for format in formats}
        self._families["stack"] = LaterKinds(_stack)
        for further in more:
            for name in further:
                self._families[name.partition(".")[0]] = further

    def __getitem__(self, name: str) -> Kind:
        return self._families[name.partition(".")[0]][name]

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self._families.values())

    def __len__(self) -> int:
        return sum(map(len, self._families.values()))


def all_kinds(*more: Mapping[str, Kind]) -> Kinds:
    """Every kind there is."""
    return Kinds(load(), *more)
