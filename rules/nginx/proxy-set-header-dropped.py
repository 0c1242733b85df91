"""Request headers set around a block are switched off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Note

if TYPE_CHECKING:
    from dockguard.api import Directive, Location


def check(location: Location) -> Iterator[Finding]:
    """The first own line drops; what it dropped are notes."""
    level = location.level
    own = level.own.get("proxy_set_header", ())
    if not own or level.parent is None or location.dead:
        return
    here = {line.text(0).lower() for line in own}
    above = level.parent.listed("proxy_set_header")
    lost = [line for line in above if line.text(0).lower() not in here and not default(line)]
    if lost and not level.hidden(frozenset(("proxy_set_header",))):
        names = ", ".join(f"`{line.text(0)}`" for line in lost)
        yield Finding(
            own[0].span, f"this drops the inherited {names}", tuple(Note(line.span, "set here") for line in lost[:8])
        )


# What nginx sends without any line (ngx_http_proxy_module.c); a Connection of its own is gone since 1.29.7.
DEFAULTS = {"host": "$proxy_host", "te": "", "keep-alive": "", "expect": "", "upgrade": ""}


def default(line: Directive) -> bool:
    """Whether nginx sends the same without the line."""
    name, value = line.text(0).lower(), line.text(1).lower()
    if name == "connection":
        older = line.level.before(1, 29, 7)
        return older is not None and value == ("close" if older else "")
    return name in DEFAULTS and len(line.words) > 1 and value == DEFAULTS[name]
