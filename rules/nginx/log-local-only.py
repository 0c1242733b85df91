"""Logs that go to files alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Directive

AWAY = ("syslog:", "stderr", "/dev/", "off", "memory:", "$")


def check(directive: Directive) -> Iterator[Finding]:
    """A file, where no other line of the block sends the log elsewhere."""
    lines = directive.level.own.get(directive.name, [])
    if directive is not next((line for line in lines if line.words), None):
        return
    if not any(line.words and (line.text(0).startswith(AWAY) or line.words[0].opaque) for line in lines):
        yield Finding(directive.span, "the log stays on this machine")
