"""Lists of `allow` that keep nobody out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Directive, Level

RULES = frozenset(("allow", "deny"))
EVERYBODY = frozenset(("all", "0.0.0.0/0", "::/0"))


def check(directive: Directive) -> Iterator[Finding]:
    """Only at the last line of a block's own list, and only where no other condition keeps people out."""
    level = directive.level
    lines = level.lines(RULES)
    if level.statement is None or level.hidden(RULES) or lines[-1] is not directive:
        return
    if any(line.name == "deny" or line.text(0) in EVERYBODY for line in lines):
        return
    if level.setting("satisfy").known == "any" and asks(level):
        return
    yield Finding(directive.span, "everybody else is let in too: `deny all;` is missing after this")


def asks(level: Level) -> bool:
    """Whether a password, a token or the like is asked for; `auth_basic_user_file` belongs to `auth_basic`."""
    names = {name for around in level.chain for name in around.own if name.startswith("auth_")}
    switches = [name for name in names if not any(name.startswith(f"{other}_") for other in names)]
    return any(level.setting(name).value != "off" for name in switches)
