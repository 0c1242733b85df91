"""Blanks at the ends of lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Edit, Finding, Fix, Safety

if TYPE_CHECKING:
    from dockguard.api import Text


def check(text: Text) -> Iterator[Finding]:
    """One finding for a file, at the first of them."""
    found = text.trailing
    if found:
        more = f" of {len(found)} lines" if len(found) > 1 else " of a line"
        fix = Fix("take them away", tuple(map(Edit, found)), Safety.SAFE) if text.editable else None
        yield Finding(found[0], f"blanks at the end{more}", fix=fix)
