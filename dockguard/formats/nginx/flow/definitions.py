"""Where variables get their values besides maps: `set` lines and named groups, by the block that they belong to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from dockguard.formats.nginx import matching
from dockguard.formats.nginx.directives.inheritance import REWRITE
from dockguard.formats.nginx.flow import condition
from dockguard.formats.nginx.flow.captures import MATCHED, TRIED, Provider, runs
from dockguard.formats.nginx.flow.order import home_of, opener, position, server_of
from dockguard.formats.nginx.level import Directive, Level
from dockguard.lazy import regex

MAX_EACH = 12  # definitions of one variable in one block that are followed
_NAMED = regex(r"\(\?P?[<'](\w+)[>']")

Definition = Directive | Provider


class Definitions:
    """Every definition of an `http` block."""

    def __init__(self, http: Level | None) -> None:
        self._own: dict[tuple[str, int], list[Definition]] = defaultdict(list)  # by the block that runs them
        self._server: dict[tuple[str, int], list[Definition]] = defaultdict(list)
        self._anywhere: dict[str, list[Definition]] = defaultdict(list)
        for level in http.walk() if http is not None else ():
            for name, definition in _of(level):
                self._learn(name, level, definition)

    def _learn(self, name: str, level: Level, definition: Definition) -> None:
        here, server = home_of(level), server_of(level)
        for found in (self._own[name, id(here)], self._server[name, id(server)], self._anywhere[name]):
            if len(found) < MAX_EACH:
                found.append(definition)

    def of(self, name: str, line: Directive) -> tuple[list[Definition], bool]:
        """The definitions that a line may see, and whether one of them surely ran.

        Those of the block and of its server, and groups of the locations around it; where there are none, all of the
        server, since an internal redirect brings values along; a `map` outside of any server takes what there is.
        """
        found: list[Definition] = []
        level = line.level
        own = home_of(level)
        until = _until(line, own)
        for home in (one for one in level.chain if home_of(one) is one):
            here = self._own.get((name, id(home)), [])
            if home is not own and home.context == "location":
                here = [one for one in here if isinstance(one, Provider)]  # its program does not run for inner ones
            elif home is own:
                here = [one for one in here if _before(one, own, until)]
            found += here
            if any(_sure(one, home) or _together(one, line) for one in here):
                return found, True
        if found:
            return found, False
        server = server_of(level)
        return list(self._server.get((name, id(server)), ()) if server else self._anywhere.get(name, ())), False


def _of(level: Level) -> Iterator[tuple[str, Definition]]:
    for line in level.own.get("set", ()):
        if len(line.words) == 2:
            yield line.texts[0].lstrip("$").lower(), line
    for provider in _providers(level):
        if "(?" in provider.pattern:
            for match in _NAMED.finditer(provider.pattern):
                yield match[1].lower(), provider


def _providers(level: Level) -> Iterator[Provider]:
    if level.context == "location" and level.statement is not None:
        match = matching.own_match(level)
        if match.regex:
            yield Provider(match.pattern, match.modifier == "~*", "$uri", None, level.span, MATCHED)
    for line in level.own.get("rewrite", ()):
        yield Provider(line.text(0), False, "$uri", line, line.words[0].span if line.words else line.span, TRIED)
    for line in level.own.get("if", ()):
        asked = condition.of(line)
        if asked is not None and asked.regex:
            yield Provider(asked.value, asked.ignore_case, asked.variable, line, asked.span, TRIED)
    for line in level.own.get("server_name", ()):
        for word in line.words:
            if word.text.startswith("~"):
                yield Provider(word.text[1:], False, "$host", line, word.span, TRIED)


def _sure(definition: Definition, home: Level) -> bool:
    if isinstance(definition, Provider):
        return definition.state == MATCHED
    return definition.level is home and runs(definition)


def _together(definition: Definition, line: Directive) -> bool:
    """Whether a `set` stands before another line of a program in the same block, so that it ran whenever that does."""
    if isinstance(definition, Provider) or definition.level is not line.level or line.name not in REWRITE:
        return False
    return position(definition) < position(line)


def _until(line: Directive, home: Level) -> int:
    """How far a block's program has come when a line runs; all of it for a line that is no part of it."""
    if line.name not in REWRITE:
        return len(home.directives)
    outer: Directive | None = line
    while outer is not None and outer.level is not home:
        outer = opener(outer.level)
    return position(outer) if outer is not None else len(home.directives)


def _before(definition: Definition, home: Level, until: int) -> bool:
    line = definition.by if isinstance(definition, Provider) else definition
    return line is None or line.level is not home or position(line) <= until
