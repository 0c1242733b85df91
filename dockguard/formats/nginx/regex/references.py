"""`$1` to `$9` that no expression fills."""

from __future__ import annotations

from collections.abc import Iterator

from dockguard.formats.nginx.directives.inheritance import REWRITE
from dockguard.formats.nginx.flow import captures, taint
from dockguard.formats.nginx.flow.captures import FAILED, MATCHED, Provider
from dockguard.formats.nginx.flow.uses import sink
from dockguard.formats.nginx.level import Directive, Level
from dockguard.formats.nginx.regex import expressions, pcre
from dockguard.formats.nginx.regex.expressions import Regex
from dockguard.formats.nginx.site import Site
from dockguard.formats.nginx.text.tree import Word
from dockguard.lazy import cached_property
from dockguard.source import Fact, Span, Via

MAX_REFERENCES = 5_000  # of one site


class Reference:
    """One `$N` in a value."""

    def __init__(self, number: int, line: Directive, word: Word, at: int, scope: Scope) -> None:
        self.number, self.line = number, line
        self._word, self._at, self._scope = word, at, scope

    number: int
    """Which group it names."""
    line: Directive
    """The line that it stands in."""

    @property
    def span(self) -> Span:
        """Its place."""
        return self._word.part(self._at, self._at + 2)

    @property
    def subject(self) -> str:
        """The line's block and name."""
        return self.line.subject

    @cached_property
    def empty(self) -> Fact[str]:
        """Why it is always empty, in words; absent where some expression may fill it."""
        if self._scope.maps & {name for _, name, _, _ in taint.parts(self._word.text)}:
            return Fact(None, self.span)  # the map is tried first, and its captures are taken
        found, more = self._providers()
        counts = [_count(provider) for provider in found]
        if None in counts or any(count is not None and count >= self.number for count in counts):
            return Fact(None, self.span)
        if more and not self._scope.closed(self.line, self.number):
            return Fact(None, self.span)
        if not found:
            return Fact("no expression before it captures anything", self.span)
        most = max(count or 0 for count in counts)
        which = found[0]
        if which.state == FAILED:
            return Fact(f"`{which.pattern}` did not match where this runs", self.span, Via(which.at, "this expression"))
        groups = f"{most} group{'' if most == 1 else 's'}" if most else "no group"
        return Fact(f"`{which.pattern}` has {groups}", self.span, Via(which.at, "this expression"))

    def _providers(self) -> tuple[list[Provider], bool]:
        own = self._scope.keys.get(id(self.line))
        return ([own], False) if own is not None else captures.of(self.line)

    def __repr__(self) -> str:
        return f"Reference(${self.number})"


def _count(provider: Provider) -> int | None:
    if provider.state == FAILED:
        return 0
    tree = pcre.parse(provider.pattern, provider.ignore_case)
    return tree.count if tree is not None else None


class Scope:
    """The expressions of a site by the servers whose requests they see."""

    def __init__(self, site: Site) -> None:
        self.keys: dict[int, Provider] = {}  # of a map's lines
        self.maps: set[str] = set()  # the variables of maps with expressions
        self._most: dict[int, int] = {}  # groups, by server
        self._unread: set[int] = set()
        for regex in expressions.expressions(site):
            self._learn(regex)

    def _learn(self, regex: Regex) -> None:
        tree = pcre.parse(regex.pattern, regex.ignore_case)
        if regex.role == "map":
            provider = Provider(regex.pattern, regex.ignore_case, regex.matched, regex.line, regex.span, MATCHED)
            self.keys[id(regex.line)] = provider
            self.maps.add((regex.line.level.statement or regex.line.statement).texts[-1].lstrip("$").lower())
        server = 0 if regex.role == "map" else id(_server(regex.line.level))
        self._most[server] = max(self._most.get(server, 0), tree.count if tree is not None else 9)

    def closed(self, line: Directive, number: int) -> bool:
        """Whether no other expression of the server, and no map, has that many groups, and all files are read.

        Maps that nobody has read can fill it only for lines that run after the rewrite program.
        """
        server = _server(line.level)
        inside = [
            level for level in line.level.chain if line.name not in REWRITE or level.context not in ("main", "http")
        ]
        if server is None or any(level.gaps for level in inside):
            return False
        return max(self._most.get(id(server), 0), self._most.get(0, 0)) < number


def _server(level: Level) -> Level | None:
    return next((one for one in level.chain if one.context == "server"), None)


def references(site: Site) -> Iterator[Reference]:
    """Every `$N` of the values that variables may stand in, and of maps' lines."""
    scope: Scope | None = None
    count = 0
    for line, word in _values(site):
        for _, name, start, _ in taint.parts(word.text):
            if name.isdecimal():
                count += 1
                if count > MAX_REFERENCES:
                    return
                scope = scope or Scope(site)
                yield Reference(int(name), line, word, start, scope)


def _values(site: Site) -> Iterator[tuple[Directive, Word]]:
    for level in site.http.walk() if site.http is not None else ():
        if level.data():
            continue
        for line in level.directives:
            found = sink(line)
            if found is not None and "$" in found[0].text and not found[0].opaque:
                yield line, found[0]
            elif line.name == "map":
                yield from _mapped(line)
            elif line.name in _SEVERAL:
                yield from ((line, word) for word in line.words if "$" in word.text and not word.opaque)


_SEVERAL = frozenset(("try_files", "more_set_headers", "more_set_input_headers"))


def _mapped(line: Directive) -> Iterator[tuple[Directive, Word]]:
    block = line.block
    for entry in block.directives if block is not None else ():
        if entry.words and entry.name.startswith("~") and "$" in entry.text(0):
            yield entry, entry.words[0]
