"""Which other locations of its server lead requests to a location: by `rewrite`, `try_files` and `error_page`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from dockguard.formats.nginx import action, matching
from dockguard.formats.nginx.flow.order import opener, position, server_of
from dockguard.formats.nginx.flow.targets import Targets
from dockguard.formats.nginx.level import Directive, Level
from dockguard.formats.nginx.regex import pcre
from dockguard.formats.nginx.regex.spelling import opening
from dockguard.record import dataclass

MAX_ARRIVALS = 500  # of one server
MAX_EACH = 20  # at one location
_INTERCEPTS = ("proxy_intercept_errors", "fastcgi_intercept_errors", "uwsgi_intercept_errors", "scgi_intercept_errors")


@dataclass(frozen=True, slots=True)
class Arrival:
    """A line that leads on, and the location that it leads from.

    `at`: the line of the rewrite program that ran last there; None where all of it ran, and then its content.
    `again`: the program of the server runs once more on the way. `error`: it is an `error_page`.
    """

    line: Directive
    level: Level
    at: Directive | None = None
    again: bool = False
    error: bool = False


def arrivals(level: Level) -> tuple[Arrival, ...]:
    """How requests surely can get from other locations to one; what upstreams ask for (X-Accel-Redirect) is not seen.

    As nginx has it (ngx_http_core_module.c, ngx_http_internal_redirect and ngx_http_named_location).
    """
    server = server_of(level)
    if server is None or level.context != "location":
        return ()
    if "arrivals" not in server.memo:
        server.memo["arrivals"] = _table(server)
    found: tuple[Arrival, ...] = server.memo["arrivals"].get(id(level), ())
    return found


def _table(server: Level) -> dict[int, tuple[Arrival, ...]]:
    found: dict[int, list[Arrival]] = defaultdict(list)
    targets = Targets(server)
    for count, (arrival, target) in enumerate(_leaving(server)):
        if count >= MAX_ARRIVALS:
            break
        for level in targets.of(target, *_expression(arrival)):
            here = found[id(level)]
            if level is not arrival.level and len(here) < MAX_EACH:
                here.append(arrival)
    return {key: tuple(here) for key, here in found.items()}


def _expression(arrival: Arrival) -> tuple[str, bool]:
    """The expression that the groups of an arrival's target are of; "" where nobody can say."""
    if arrival.line.name == "rewrite":
        return arrival.line.text(0), False
    match = matching.own_match(arrival.level)
    tries = any(line.name in ("rewrite", "if") for line in arrival.level.directives)
    return ("", False) if tries or not match.regex else (match.pattern, match.modifier == "~*")


def _leaving(server: Level) -> Iterator[tuple[Arrival, str]]:
    """Every way out of a location that answers requests, with the target as written."""
    for level in server.walk():
        if level.context == "location" and matching.shadow(level) is None:
            yield from _rewritten(level)
            yield from _tried(level)
            yield from _failed(level)


# --- rewrite ---


def _rewritten(level: Level) -> Iterator[tuple[Arrival, str]]:
    for line in _program(level, "rewrite"):
        if line.text(2) not in ("", "last") or action.redirects(line) or len(line.words) < 2 or line.words[1].opaque:
            continue
        if line.text(2) == "" and _stays(line, level):
            continue
        if _fits(line, level):
            yield Arrival(line, level, line if line.text(2) else None), line.text(1)


def _program(level: Level, name: str) -> Iterator[Directive]:
    """The lines of a location's rewrite program that requests can reach, those in its `if` blocks too."""
    ended = matching.unconditional(level)
    end = position(ended) if ended is not None else len(level.directives)
    for block in (level, *(child for child in level.children if child.context.startswith("if"))):
        for line in block.own.get(name, ()):
            outer = line if block is level else opener(block)
            if outer is not None and position(outer) <= end:
                yield line


def _stays(line: Directive, level: Level) -> bool:
    """Whether a later line of the program ends it where it is."""
    outer = line if line.level is level else opener(line.level)
    after = level.directives[position(outer) + 1 :] if outer is not None else []
    inside = line.level.directives[position(line) + 1 :] if line.level is not level else []
    return any(one.name in ("return", "break") or one.text(2) == "break" for one in (*after[:200], *inside[:200]))


def _fits(line: Directive, level: Level) -> bool:
    """Whether a rewrite of a prefix location asks for a path that gets there."""
    match = matching.own_match(level)
    tree = pcre.parse(line.text(0))
    begin = opening(tree.top) if tree is not None else ""
    if match.regex or match.modifier == "@" or not begin:
        return True
    return begin.startswith(match.pattern) or match.pattern.startswith(begin)


# --- try_files and error_page ---


def _tried(level: Level) -> Iterator[tuple[Arrival, str]]:
    line = level.last("try_files")
    if line is not None and len(line.words) > 1 and not line.words[-1].opaque and action.ending(level) is None:
        yield Arrival(line, level, None, not line.texts[-1].startswith("@")), line.texts[-1]


def _failed(level: Level) -> Iterator[tuple[Arrival, str]]:
    pages = level.listed("error_page")
    if not pages.items:
        return
    returns = {line.text(0): line for line in _program(level, "return")}
    content = _errors(level)
    for line in pages.items[:20]:
        target = line.texts[-1] if line.words else ""
        if not target.startswith(("/", "@")) or line.words[-1].opaque:
            continue
        codes = [text for text in line.texts[:-1] if not text.startswith("=")]
        if content is None or not content.isdisjoint(codes):
            yield Arrival(line, level, None, target[0] == "/", True), target
        for code in codes:
            if code in returns and not returns[code].text(1):
                yield Arrival(line, level, returns[code], target[0] == "/", True), target


def _errors(level: Level) -> frozenset[str] | None:
    """The errors that a location's content surely can end in; None for any."""
    if action.ending(level) is not None:
        return frozenset()
    handler = action.handler_of(level, "location")
    if any(level.setting(name).known == "on" for name in _INTERCEPTS):
        return None
    tried = level.last("try_files")
    codes = {tried.texts[-1][1:]} if tried is not None and tried.words else set()
    if level.listed("deny").items:
        codes.add("403")
    if level.setting("auth_basic").known not in (None, "off"):
        codes.add("401")
    if handler is None:
        return frozenset((*codes, "403", "404"))
    return frozenset((*codes, "502", "504") if action.of(level, "location").word == "proxy" else codes)
