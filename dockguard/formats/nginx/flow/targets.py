"""Which locations a target such as `@name`, `/index.php?q=$1` or `/files/$1` surely can lead to."""

from __future__ import annotations

from collections.abc import Iterator

from dockguard.formats.nginx import matching
from dockguard.formats.nginx.level import Level
from dockguard.formats.nginx.regex import backtracking, pcre, spelling
from dockguard.formats.nginx.regex.pcre_tree import Group
from dockguard.lazy import cached_property, regex

MAX_LOCATIONS = 200  # of a server whose paths are followed
MAX_PATH = 200  # characters of one
MAX_TRIES = 1000  # paths of one server that are looked up
_VARIABLE = regex(r"\$(?:\{(\w+)\}|([1-9])|([A-Za-z_]\w*))")
_SAMPLES = ("x", "1", "/x", "/1", "x/", "/", "")


class Targets:
    """The locations of a server by what leads to them."""

    def __init__(self, server: Level) -> None:
        self._server = server
        self._found: dict[str, Level | None] = {}

    @cached_property
    def _named(self) -> dict[str, Level]:
        children = matching.locations(self._server)
        return {
            one.statement.texts[0]: one
            for one in children
            if one.statement is not None and matching.own_match(one).modifier == "@"
        }

    @cached_property
    def _paths(self) -> tuple[str, ...] | None:
        """The plain paths of its locations; None where nobody can say which location takes a path."""
        found = []
        for count, level in enumerate(one for one in self._server.walk() if one.context == "location"):
            match = matching.own_match(level)
            if count >= MAX_LOCATIONS or (match.regex and not _readable(match)):
                return None
            if match.prefix or match.modifier == "=":
                found.append(match.pattern)
        return None if self._server.gaps else tuple(found)

    def of(self, target: str, pattern: str, ignore_case: bool = False) -> tuple[Level, ...]:
        """The locations that take requests with such a target; the expression is the one that its groups are of."""
        if target.startswith("@"):
            named = self._named.get(target)
            return (named,) if named is not None else ()
        found = {id(level): level for path in self._written(target, pattern, ignore_case) if (level := self._at(path))}
        return tuple(found.values())

    def _at(self, path: str) -> Level | None:
        if path not in self._found:
            if self._paths is None or len(self._found) >= MAX_TRIES or not path.startswith("/") or len(path) > MAX_PATH:
                return None
            found = matching.find(self._server, path)
            taken = not found.slash and found.level is not self._server
            self._found[path] = found.level if taken else None
        return self._found[path]

    def _written(self, target: str, pattern: str, ignore_case: bool) -> Iterator[str]:
        """Paths that a target stands for, those that lead to one of the plain paths among them."""
        path = target.partition("?")[0]
        match = _VARIABLE.search(path)
        if match is None:
            yield path
            return
        before, rest = path[: match.start()], path[match.end() :]
        group = _group((match[1] or match[2] or match[3]).lower(), pattern, ignore_case)
        if group is None or _VARIABLE.search(rest):
            return
        asked = [one[len(before) :] for one in self._paths or () if one.startswith(before)]
        for value in (*_SAMPLES, *(one + end for one in asked for end in ("", "x", "1"))):
            if spelling.takes(group.item, value):
                yield before + value + rest


def _group(name: str, pattern: str, ignore_case: bool) -> Group | None:
    tree = pcre.parse(pattern, ignore_case) if pattern else None
    if tree is None:
        return None
    if name.isdecimal():
        return tree.group(int(name))
    return next((group for group in tree.groups if group.name.lower() == name), None)


def _readable(match: matching.Match) -> bool:
    """Whether Python takes the same paths as PCRE, and soon."""
    ignore_case = match.modifier == "~*"
    return (
        matching.compiled(match.pattern, ignore_case) is not None
        and backtracking.tries(match.pattern, ignore_case) is None
    )
