"""Folders that an application was meant to hand out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Location

NAMES = r"/(?:_?protected|_?internal|private|x-?accel|sendfile|_?secure[-_]?(?:files|media|downloads))[/_-]"


def check(location: Location) -> Iterator[Finding]:
    """Those without `internal` and without anybody who is kept out."""
    match, access = location.match, location.access
    if location.kind != "location" or match is None or not match.prefix or not re.match(NAMES, match.pattern, re.I):
        return
    unknown = access.rules.open or not access.password.sure or not access.subrequest.sure or location.level.gaps
    if location.action == "files" and not (location.internal or unknown or access.restricts or location.dead):
        yield Finding(location.span, f"`{match.pattern}` is open to everybody: `internal` is missing")
