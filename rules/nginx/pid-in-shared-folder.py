"""Pid files in folders with a sticky bit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Directive

SHARED = ("/tmp/", "/var/tmp/", "/dev/shm/")


def check(directive: Directive) -> Iterator[Finding]:
    """The file itself; a folder inside may belong to nginx alone."""
    path = directive.text(0)
    if path.startswith(SHARED) and path.rpartition("/")[0] + "/" in SHARED:
        yield Finding(directive.span, f"every user may write to `{path.rpartition('/')[0]}`")
