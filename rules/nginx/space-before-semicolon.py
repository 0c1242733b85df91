"""Blanks before `;`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Edit, Finding, Fix, Safety

if TYPE_CHECKING:
    from dockguard.api import Text


def check(text: Text) -> Iterator[Finding]:
    """Each of them."""
    for span in text.spaced:
        fix = Fix("take it away", (Edit(span),), Safety.SAFE) if text.editable else None
        yield Finding(span, "a blank before `;`", fix=fix)
