"""Cacheable answers below paths that are one user's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Fact, Location

KEPT = re.compile(r"\bpublic\b|\b(?:s-)?max-?age\s*=\s*0*[1-9]", re.I)
NOT_KEPT = re.compile(r"\b(?:no-store|no-cache|private)\b", re.I)
LATER = re.compile(r"(?:modified )?\+?\d[\dsmhdwMy]*|max|@\S+")


def check(location: Location) -> Iterator[Finding]:
    """What lets others keep the answer: `expires`, or Cache-Control."""
    if not location.login or location.action != "proxy":
        return
    found = _expires(location)
    if found is not None:
        yield Finding(found.span, f"answers of {location.label} are kept by caches")
        return
    for header in location.headers:
        value = header.literal.known or ""
        if header.key == "cache-control" and KEPT.search(value) and not NOT_KEPT.search(value):
            yield Finding(header.span, f"answers of {location.label} are kept by caches")
            return


def _expires(location: Location) -> Fact[str] | None:
    setting = location.level.setting("expires")
    value = setting.known or ""
    later = LATER.fullmatch(value) and value.strip("0smhdwy") != ""
    return setting if later else None
