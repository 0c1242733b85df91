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
    lines = [line for line in directive.level.own.get(directive.name, []) if line.words]
    away = any(line.text(0).startswith(AWAY) or line.words[0].opaque for line in lines)
    if lines and directive is lines[0] and not away:
        yield Finding(directive.span, "the log stays on this machine")
