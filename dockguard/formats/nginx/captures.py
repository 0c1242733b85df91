"""Which expressions a line's `$1` can come from: the rewrite program before it, its location, its server's name."""

from __future__ import annotations

from collections.abc import Iterator

from dockguard.formats.nginx import condition, matching, shape
from dockguard.formats.nginx.inheritance import REWRITE
from dockguard.formats.nginx.level import Directive, Level
from dockguard.record import dataclass
from dockguard.source import Span

MAX_PROVIDERS = 30  # that are looked at for one line
MAX_LINES = 2000  # that are passed on the way


@dataclass(frozen=True, slots=True)
class Provider:
    """An expression that may have matched last, and what it was matched with.

    `sure`: it matched whenever the line runs, so what ran before it counts no more. `by` is the line that has it, and
    `at` the place of its text.
    """

    pattern: str
    ignore_case: bool
    subject: str
    by: Directive | None
    at: Span
    sure: bool

    @property
    def groups(self) -> tuple[shape.Shape, ...] | None:
        """The shapes of its groups, the whole match first; None where the expression is not read."""
        return shape.captures(self.pattern, self.ignore_case)


def of(line: Directive) -> tuple[list[Provider], bool]:
    """The providers of a line, the latest first; and whether others that are not seen may come before them."""
    found: list[Provider] = []
    for provider in _all(line):
        if provider is None or len(found) >= MAX_PROVIDERS:
            return found, True
        found.append(provider)
        if provider.sure:
            return found, False
    return found, True


def _all(line: Directive) -> Iterator[Provider | None]:
    if line.name == "rewrite":
        yield _rewrite(line, sure=True)
        return
    level = line.level
    until = position(line) if line.name in REWRITE else len(level.directives)
    passed = 0
    while level.context in ("if in location", "if in server") and level.parent is not None:
        yield from _program(level, until)
        passed += until
        own = opener(level)
        if own is None or passed > MAX_LINES:
            yield None
            return
        asked = _condition(own, sure=True)
        if asked is not None and asked[1]:
            yield asked[0]
        level = level.parent
        until = position(own) if line.name in REWRITE else len(level.directives)
    yield from _block(level, until)


def _block(level: Level, until: int) -> Iterator[Provider | None]:
    """What ran in a location before a line, the location's own expression, then the server's program and name."""
    yield from _program(level, until)
    for around in level.chain:
        if around.context == "location" and around.statement is not None:
            match = matching.own_match(around)
            if match.regex:
                yield Provider(match.pattern, match.modifier == "~*", "$uri", None, around.span, sure=True)
        elif around.context == "server":
            if around is not level:
                yield from _program(around, len(around.directives))
            yield from _names(around)
    yield None  # an internal redirect brings what another location captured


def _program(level: Level, until: int) -> Iterator[Provider | None]:
    """The expressions of a block's rewrite program, the latest first."""
    lines = level.directives[max(until - MAX_LINES, 0) : until]
    for directive in reversed(lines):
        if directive.name == "rewrite":
            yield _rewrite(directive, sure=False)
        elif directive.name == "if":
            asked = _condition(directive, sure=False)
            if asked is not None:
                yield asked[0]
    if until > MAX_LINES:
        yield None


def _rewrite(line: Directive, sure: bool) -> Provider:
    where = line.words[0].span if line.words else line.span
    return Provider(line.text(0), False, "$uri", line, where, sure)


def _condition(directive: Directive, sure: bool) -> tuple[Provider, bool] | None:
    """The expression of an `if`, and whether its block runs where it matched."""
    asked = condition.of(directive)
    if asked is None or not asked.regex:
        return None
    provider = Provider(asked.value, asked.ignore_case, asked.variable, directive, asked.span, sure)
    return provider, not asked.negative


def _names(server: Level) -> Iterator[Provider]:
    for line in server.own.get("server_name", ())[:10]:
        for word in line.words[:20]:
            if word.text.startswith("~"):
                yield Provider(word.text[1:], False, "$host", line, word.span, sure=False)


def before(line: Directive, most: int = 50) -> Iterator[Directive]:
    """The lines that surely ran before a line in its location's rewrite program, the latest first."""
    level: Level | None = line.level
    own: Directive | None = line
    while level is not None and own is not None:
        until = position(own) if line.name in REWRITE else len(level.directives)
        yield from reversed(level.directives[max(until - most, 0) : until])
        if not level.context.startswith("if"):
            return
        own, level = opener(level), level.parent


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
