"""`alias` that lets `..` through."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Note

if TYPE_CHECKING:
    from dockguard.api import Location


CAPTURE = re.compile(r"\$(\d)$")


def check(location: Location) -> Iterator[Finding]:
    """Prefixes without a slash at the end, and captures that may begin with dots."""
    alias = location.level.last("alias")
    match = location.match
    if alias is None or match is None or location.kind != "location" or location.dead:
        return
    path = alias.text(0)
    if match.prefix and not match.pattern.endswith("/") and "$" not in path:
        message = f"whoever asks for `{match.pattern}../` gets files from outside of `{path}`"
        yield Finding(alias.span, message, (Note(location.span, "no slash at the end"),))
    elif (
        match.regex
        and (capture := CAPTURE.search(path))
        and _dots(match.pattern, int(capture[1]), path[: capture.start()])
    ):
        yield Finding(
            alias.span, f"what ${capture[1]} captures may begin with `..`", (Note(location.span, "captured here"),)
        )


def _dots(pattern: str, number: int, folder: str) -> bool:
    """Whether a group may hold `../…`: anything may stand in it, and no slash is asked for before the dots."""
    groups = re.findall(r"(.?)(?<!\\)\(((?!\?)[^()]*)\)", pattern)
    if number > len(groups):
        return False
    before, inner = groups[number - 1]
    anything = inner.startswith((".*", ".+", "[^/"))
    return anything and (before != "/" or not folder.endswith("/"))
