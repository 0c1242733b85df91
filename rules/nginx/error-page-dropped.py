"""Inherited error pages that a block's own lines switch off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Note

if TYPE_CHECKING:
    from dockguard.api import Directive, Location

NAMES = frozenset(("error_page",))
OWN = ("413", "429", "502", "503", "504")  # that nginx makes itself where an upstream answers


def check(location: Location) -> Iterator[Finding]:
    """The codes that nothing is said about any more; what an upstream answers may well be meant to pass."""
    level = location.level
    own = level.own.get("error_page")
    if not own or level.parent is None or level.hidden(NAMES) or location.action not in ("files", "proxy"):
        return
    here = {code for line in own for code in codes(line)}
    lost = {
        line: [code for code in codes(line) if code not in here and (code in OWN or not location.proxied)]
        for line in level.parent.listed("error_page")
    }
    names = list(dict.fromkeys(code for found in lost.values() for code in found))
    if names:
        notes = tuple(Note(line.span, "this does not count here") for line, found in lost.items() if found)
        yield Finding(own[0].span, f"this drops the inherited error pages for {', '.join(names[:8])}", notes[:6])


def codes(line: Directive) -> list[str]:
    """The codes that a line is for."""
    return [text for text in line.texts[:-1] if text.isdecimal()]
