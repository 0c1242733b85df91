"""Which expressions a line's `$1` can come from: the rewrite program before it, its location, its server's name.

nginx keeps captures with the request, so that they get along to other locations, up to the next expression that is
tried there (ngx_http_script.c, ngx_http_variables.c).
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from itertools import islice

from dockguard.formats.nginx import matching
from dockguard.formats.nginx.directives.inheritance import REWRITE
from dockguard.formats.nginx.flow import condition
from dockguard.formats.nginx.flow.order import opener, position
from dockguard.formats.nginx.level import Directive, Level
from dockguard.formats.nginx.regex import shape
from dockguard.record import dataclass, replace
from dockguard.source import Span

MAX_PROVIDERS = 30  # that are looked at for one line
MAX_LINES = 2000  # that are passed on the way
MAX_LEADS = 2  # locations before that of the line that are looked into


MATCHED, TRIED, FAILED = "matched", "tried", "failed"


@dataclass(frozen=True, slots=True)
class Leads:
    """How many locations before that of a line may be looked into, and whether an error may lead on from one.

    After one `error_page` nginx takes no other (`recursive_error_pages`).
    """

    left: int = MAX_LEADS
    errors: bool = True


@dataclass(frozen=True, slots=True)
class Provider:
    """An expression that was tried last, and what with; nginx forgets earlier captures then, even if it failed.

    `state`: it surely matched, it may have, or it surely failed. `by` is the line that has it, `at` its text's place,
    `lead` the line that leads from there to another location.
    """

    pattern: str
    ignore_case: bool
    subject: str
    by: Directive | None
    at: Span
    state: str
    lead: Span | None = None

    @property
    def groups(self) -> tuple[shape.Shape, ...] | None:
        """The shapes of its groups, the whole match first; None where the expression is not read."""
        if self.state == FAILED:
            return (shape.NOTHING,)
        return shape.captures(self.pattern, self.ignore_case)


def of(line: Directive) -> tuple[list[Provider], bool]:
    """The expressions that `$1` of a line can come from, the latest first; and whether unseen ones may come before."""
    found: list[Provider] = []
    for provider in _all(line, Leads()):
        if provider is None or len(found) >= MAX_PROVIDERS:
            return found, True
        found.append(provider)
    return found, False


def _all(line: Directive, leads: Leads) -> Iterator[Provider | None]:
    """Providers up to one that was surely tried; None where it goes on out of sight."""
    if line.name == "rewrite":
        yield _rewrite(line, MATCHED)
    else:
        yield from _from(line.level, _until(line, line), line, leads)


def _from(level: Level, until: int, line: Directive | None, leads: Leads) -> Iterator[Provider | None]:
    """What was tried before a line of a program, or, without one, when all of a block's program ran."""
    inner = line is not None and line.name in REWRITE
    while True:
        over = yield from _program(level, until, inner)
        if over:
            return
        own = opener(level) if level.context.startswith("if") else None
        if own is None or level.parent is None:
            break
        asked = condition.of(own)
        if asked is not None and asked.regex:
            yield _asked(own, asked, FAILED if asked.negative else MATCHED)
            return
        level, until = level.parent, position(own) if inner else len(own.level.directives)
    yield from _before_program(level, leads)


def _until(own: Directive, line: Directive) -> int:
    """How much of a block's program runs before a line: up to it, or all where the line is no part of the program."""
    return position(own) if line.name in REWRITE else len(own.level.directives)


def _before_program(level: Level, leads: Leads) -> Iterator[Provider | None]:
    """The location's own expression, else what the server ran before it looked for a location, else what came along."""
    over = False
    for around in level.chain:
        if around.context == "location" and around.statement is not None:
            match = matching.own_match(around)
            if match.regex:
                yield Provider(match.pattern, match.modifier == "~*", "$uri", None, around.span, MATCHED)
                return
        elif around.context == "server":
            over = around is not level and (yield from _program(around, len(around.directives), inner=False))
            if not over:
                yield from _names(around)
    along = _along(level, leads, over)
    yield from along
    if along or not over:
        yield None  # it is asked for directly, or by an upstream


def _along(level: Level, leads: Leads, over: bool) -> tuple[Provider, ...]:
    """What other locations captured that lead to this one; `over` where the server's program tries something surely."""
    key = f"along {leads.left} {leads.errors}"
    if key not in level.memo:
        level.memo[key] = tuple(islice(_brought(level, leads, over), MAX_PROVIDERS))
    found: tuple[Provider, ...] = level.memo[key]
    return found


def _brought(level: Level, leads: Leads, over: bool) -> Iterator[Provider]:
    from dockguard.formats.nginx.flow.arrivals import arrivals

    for arrival in arrivals(level) if leads.left else ():
        if (arrival.again and over) or (arrival.error and not leads.errors):
            continue
        before = Leads(leads.left - 1, leads.errors and not arrival.error)
        left = arrival.level
        found = _all(arrival.at, before) if arrival.at else _from(left, len(left.directives), None, before)
        for provider in found:
            if provider is not None:
                yield replace(provider, lead=arrival.line.span)


def _program(level: Level, until: int, inner: bool) -> Generator[Provider | None, None, bool]:
    """The expressions of a block's rewrite program, the latest first; whether one of them was surely tried.

    `inner`: for a line of the program itself.
    """
    if until > MAX_LINES:
        yield None
        return True
    over = False
    for directive in reversed(level.directives[:until]):
        # What leaves the program early hides what comes behind it, except from lines of the program itself.
        if directive.name not in ("rewrite", "if") or (over and (inner or not _leaves(directive))):
            continue
        if directive.name == "rewrite":
            yield _rewrite(directive, TRIED)
            over = True
        else:
            yield from _inside(directive)
            asked = condition.of(directive)
            if asked is not None and asked.regex:
                yield _asked(directive, asked, TRIED)
                over = True
    return over


def runs(line: Directive) -> bool:
    """Whether a line of a rewrite program runs whenever the block's requests get to their content."""
    return position(line) < _leaving(line.level)


def reached(line: Directive) -> bool:
    """Whether such a line runs, or is the one that leaves the program."""
    return position(line) <= _leaving(line.level)


def _leaving(level: Level) -> int:
    """Where the first line stands that may leave a block's program; the block's length without one."""
    if "leaves" not in level.memo:
        leaving = (at for at, one in enumerate(level.directives) if one.name in _LEAVING and _leaves(one))
        level.memo["leaves"] = next(leaving, len(level.directives))
    found: int = level.memo["leaves"]
    return found


_LEAVING = ("rewrite", "if", "break")


def _leaves(line: Directive) -> bool:
    """Whether a line may end the rewrite program without an answer."""
    if line.name == "break":
        return True
    if line.name == "rewrite":
        return line.text(2) in ("break", "last")
    return any(one.name.text in ("break", "rewrite") for one in line.statement.block or ())


def _inside(opened: Directive) -> Iterator[Provider]:
    """What the block of an `if` may try when it runs."""
    block = opened.block
    for line in block.own.get("rewrite", ())[-3:] if block is not None else ():
        yield _rewrite(line, TRIED)


def _rewrite(line: Directive, state: str) -> Provider:
    where = line.words[0].span if line.words else line.span
    return Provider(line.text(0), False, "$uri", line, where, state)


def _asked(line: Directive, asked: condition.Condition, state: str) -> Provider:
    return Provider(asked.value, asked.ignore_case, asked.variable, line, asked.span, state)


def _names(server: Level) -> Iterator[Provider]:
    for line in server.own.get("server_name", ())[:10]:
        for word in line.words[:20]:
            if word.text.startswith("~"):
                yield Provider(word.text[1:], False, "$host", line, word.span, TRIED)


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
