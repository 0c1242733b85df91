"""`proxy_pass` with a path of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Use


def check(use: Use) -> Iterator[Finding]:
    """With variables the whole address is written down, and nothing is replaced."""
    address = use.line.text(0)
    path = "" if "$" in address else written(address)
    around = next((level for level in use.line.level.chain if level.context == "location"), None)
    if not path or around is None or around.statement is None or not around.statement.texts:
        return
    matched = around.statement.texts[-1]
    change = "is sent decoded and encoded again" if matched == path else f"begins with `{path}` instead of `{matched}`"
    yield Finding(use.span, f"the path that the upstream gets {change}")


def written(address: str) -> str:
    """The path of an address; "" for none."""
    rest = address.partition("://")[2]
    if rest.startswith("unix:"):
        return rest[5:].partition(":")[2]
    return "/" + rest.partition("/")[2] if "/" in rest else ""
