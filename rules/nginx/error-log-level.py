"""Levels of `error_log` above info."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Directive

ENOUGH = ("info", "debug", "debug_core", "debug_alloc", "debug_mutex", "debug_event", "debug_http", "debug_mail")


def check(directive: Directive) -> Iterator[Finding]:
    """Without a level it is `error`."""
    level = directive.text(1, "error")
    opaque = len(directive.words) > 1 and directive.words[1].opaque
    if level not in ENOUGH and not opaque and directive.text(0) not in ("off", "/dev/null"):
        yield Finding(directive.span, f"the level is `{level}`; the CIS benchmark asks for `info`")
