"""Roots that hold the system itself."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Directive


SYSTEM = frozenset(("/", "/etc", "/proc", "/sys", "/root", "/dev", "/boot"))


def check(directive: Directive) -> Iterator[Finding]:
    """Paths after `.` and `..` are resolved; variables are left alone."""
    path = directive.text(0)
    if not path.startswith("/") or "$" in path:
        return
    plain = "/" + posixpath.normpath(path).strip("/")
    place = directive.level.statement
    slashed = directive.name == "alias" and place is not None and bool(place.texts) and place.texts[-1].endswith("/")
    below = path.endswith("/") or not slashed
    if below and plain in SYSTEM and not single(directive):
        yield Finding(directive.span, f"everything below `{plain}` is served")


def single(directive: Directive) -> bool:
    """Whether an `alias` is one folder for every request: that of an exact path, and of an expression."""
    place = directive.level.statement
    modifier = place.texts[0] if place is not None and len(place.texts) > 1 else ""
    return directive.name == "alias" and modifier in ("=", "~", "~*")
