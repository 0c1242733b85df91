"""Directives that a block may hold once, and holds twice."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from functools import cache

from dockguard.formats.nginx.level import Directive, Level
from dockguard.source import Span, Via

_BRANCHES = ("{%", "{{", "<%", "[%")  # of template languages, whose branches may exclude each other


class Repeat:
    """A second line of a directive that nginx takes once in a block."""

    def __init__(self, first: Directive, again: Directive, key: str = "") -> None:
        self.first, self.again, self.key = first, again, key

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
        """The directive, with the name that makes it the same one."""
        return f"{self.again.name} {self.key}" if self.key else self.again.name

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
        if level.data():
            yield from (one for one in _of_map(level) if not templated(one.first) and not templated(one.again))
        elif len(level.own) < len(level.directives):
            for name, lines in level.own.items():
                if len(lines) > 1 and name in single() and not any(map(templated, lines)):
                    yield from (Repeat(lines[0], again) for again in lines[1:])
                elif len(lines) > 1 and name in _KEYS and not any(map(templated, lines)):
                    yield from _named(lines, _KEYS[name])


def _named(lines: Iterable[Directive], key: Callable[[Directive], str]) -> Iterator[Repeat]:
    """Lines whose names nginx takes once in a block of a file."""
    seen: dict[str, Directive] = {}
    for line in lines:
        name = key(line) if line.level.statement is not None else ""
        first = seen.setdefault(name, line) if name else line
        if first is not line:
            yield Repeat(first, line, name.removeprefix("= "))


def _of_map(level: Level) -> Iterator[Repeat]:
    """Keys that a `map` has twice; of expressions the first that fits counts."""
    if level.statement is None or level.statement.name.text != "map":
        return
    seen: dict[str, Directive] = {}
    for line in level.directives:
        name = line.name.removeprefix("\\").lower()
        if line.words and not name.startswith("~") and name != "include":
            first = seen.setdefault(name, line)
            if first is not line:
                yield Repeat(first, line)


def _path(line: Directive) -> str:
    """A location's path, with its `=`; "" for expressions and names, which may stand twice."""
    *modifier, path = line.texts or ("",)
    if path.startswith("@") or modifier not in ([], ["="], ["^~"]):
        return ""
    return f"= {path}" if modifier == ["="] else path


def _zone(line: Directive) -> str:
    return next((text[5:].partition(":")[0] for text in line.texts if text.startswith("zone=")), "")


_KEYS: dict[str, Callable[[Directive], str]] = {
    "location": _path,
    "upstream": lambda line: line.text(0).lower(),
    "log_format": lambda line: line.text(0),
    "limit_req_zone": _zone,
    "limit_conn_zone": _zone,
}
