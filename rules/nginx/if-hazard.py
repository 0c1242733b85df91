"""What an `if` in a location takes away."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from dockguard.api import Finding, Note

if TYPE_CHECKING:
    from dockguard.api import Directive, Location

PROGRAM = frozenset(("set", "break", "rewrite", "return", "rewrite_log", "uninitialized_variable_warn"))


def check(location: Location) -> Iterator[Finding]:
    """`try_files` that an `if` switches off, and settings of one that a later one forgets."""
    if location.kind != "location" or location.dead:
        return
    staying = [line for line in location.level.own.get("if", ()) if not leaves(line)]
    tried = location.level.last("try_files")
    if tried is not None and staying:
        yield Finding(staying[0].span, "where this matches, `try_files` does not run", (Note(tried.span, "this"),))
    for line, later in pairwise(staying):
        lost = next((inner.name for inner in line.statement.block or () if inner.name.text not in PROGRAM), None)
        if lost is not None and not exclusive(line, later):
            message = f"where this matches too, `{lost.text}` of the `if` before it does not count"
            yield Finding(later.span, message, (Note(lost.span, "this"),))


def leaves(line: Directive) -> bool:
    """Whether the block surely ends the request or sends it to another location."""
    for inner in line.statement.block or ():
        if inner.name.text == "return":
            return True
        if inner.name.text == "rewrite" and away(inner.texts):
            return True
    return False


def away(texts: tuple[str, ...]) -> bool:
    """Whether a `rewrite` goes to another location by its flag, or answers with a redirect whatever that is."""
    flagged = len(texts) > 2 and texts[-1] in ("last", "redirect", "permanent")
    return flagged or (len(texts) > 1 and texts[1].startswith(("http://", "https://", "$scheme")))


def exclusive(one: Directive, other: Directive) -> bool:
    """Whether two conditions ask the same variable for different texts, so that only one can hold."""
    a, b = one.texts, other.texts
    return len(a) == len(b) == 3 and a[0] == b[0] and a[1] == b[1] == "=" and a[2] != b[2]
