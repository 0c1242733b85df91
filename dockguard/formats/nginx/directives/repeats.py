"""Directives that a block may hold once, and holds twice."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import cache

from dockguard.formats.nginx.level import Directive, Level
from dockguard.source import Span, Via

_BRANCHES = ("{%", "{{", "<%", "[%")  # of template languages, whose branches may exclude each other


class Repeat:
    """A second line of a directive that nginx takes once in a block."""

    def __init__(self, first: Directive, again: Directive) -> None:
        self.first, self.again = first, again

    first: Directive
    """The line that counts."""
    again: Directive
    """The line that nginx refuses."""

    @property
    def span(self) -> Span:
        """The second line."""
        return self.again.span

    @property
    def subject(self) -> str:
        """The block and the directive."""
        return self.again.subject

    @property
    def name(self) -> str:
        """The directive."""
        return self.again.name

    @property
    def via(self) -> Via | None:
        """The include that brings the second line."""
        return self.again.via


@cache
def single() -> dict[str, tuple[str, str]]:
    """The directives that a block may hold once, each with a block and arguments that nginx takes."""
    import json

    with open(f"{os.path.dirname(os.path.dirname(__file__))}/data/single.json", encoding="utf-8") as file:
        names: dict[str, list[str]] = json.load(file)["names"]
    return {name: (context, arguments) for name, (context, arguments) in names.items()}


def repeats(levels: Iterable[Level]) -> Iterator[Repeat]:
    """Each line but the first, block by block."""
    templates: dict[int, bool] = {}

    def templated(line: Directive) -> bool:
        source = line.statement.source
        if id(source) not in templates:
            templates[id(source)] = any(sign in source.text for sign in _BRANCHES)
        return not line.verbatim or templates[id(source)]

    for level in levels:
        if len(level.own) < len(level.directives) and not level.data():
            for name, lines in level.own.items():
                if len(lines) > 1 and name in single() and not any(map(templated, lines)):
                    yield from (Repeat(lines[0], again) for again in lines[1:])
