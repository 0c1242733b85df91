"""What a block does with a request that gets there."""

from __future__ import annotations

import re

from dockguard.formats.nginx.directives.inheritance import HANDLERS, PASSES
from dockguard.formats.nginx.level import Directive, Level
from dockguard.record import dataclass

_REDIRECTS = frozenset(("301", "302", "303", "307", "308"))
_EVERY = frozenset(
    (
        "^",
        ".*",
        "^.*",
        "^.*$",
        "^/",
        "^/.*",
        "^/.*$",
        "/",
        "(.*)",
        "^(.*)$",
        "^(.*)",
        "^/(.*)$",
        "^/(.*)",
        "^(/.*)$",
        ".",
    )
)


@dataclass(frozen=True, slots=True)
class Action:
    """`word` is files, proxy, return, redirect or reject; `early` what ends every request in the rewrite phase."""

    word: str
    early: Directive | None = None
    handler: Directive | None = None


def of(level: Level, kind: str) -> Action:
    """The action of a block by its own lines; an `if` and a `limit_except` answer as their location does."""
    early = None if kind == "limit_except" else ending(level)
    if early is not None:
        return Action(_word(early), early)
    handler = handler_of(level, kind)
    if handler is None:
        return Action("files")
    return Action("proxy" if handler.name in PASSES else "return", None, handler)


def handler_of(level: Level, kind: str) -> Directive | None:
    """The handler of a block; only `if` and `limit_except` take that of the location around them."""
    for here in level.chain if kind in ("if", "limit_except") else (level,):
        fits = PASSES if here is not level and kind == "limit_except" else HANDLERS
        found = next((directive for directive in here.directives if directive.name in fits), None)
        if found is not None or here.context == "location":
            return found
    return None


def ending(level: Level) -> Directive | None:
    """The `return` or redirecting `rewrite` that every request of a block runs into."""
    for directive in level.directives:
        if directive.name == "return":
            return directive
        if directive.name == "rewrite":
            if redirects(directive) and directive.text(0) in _EVERY:
                return directive
            if directive.text(2) in ("last", "break") and directive.text(0) in _EVERY:
                return None
        if directive.name == "break":
            return None
    return None


def redirecting(level: Level) -> Directive | None:
    """The first `rewrite` that answers some requests with a redirect."""
    return next((line for line in level.own.get("rewrite", ()) if redirects(line)), None)


def sometimes(level: Level, kind: str, own: bool) -> Directive | None:
    """A line that answers some requests: a redirect beside its `own` access rules, a `return` in a server's `if`."""
    found = redirecting(level) if own else None
    for asked in level.own.get("if", ()) if kind == "server" and found is None else ():
        end = ending(asked.block) if asked.block is not None else None
        if end is not None and _word(end) == "return":
            return end
    return found


def redirects(rewrite: Directive) -> bool:
    """Whether a `rewrite` answers with a redirect."""
    return rewrite.text(2) in ("redirect", "permanent") or rewrite.text(1).startswith(
        ("http://", "https://", "$scheme")
    )


def _word(early: Directive) -> str:
    if early.name == "rewrite":
        return "redirect"
    code = early.text(0)
    if code in _REDIRECTS or not re.fullmatch(r"\d+", code):
        return "redirect"
    return "reject" if code == "444" or code[0] in "45" else "return"
