"""`try_files` without `open_file_cache`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Directive


def check(directive: Directive) -> Iterator[Finding]:
    """Where no block around has one, or the nearest says off; files that nobody sees are not thought of."""
    lines = (level.last("open_file_cache") for level in directive.level.chain)
    nearest = next((line for line in lines if line is not None), None)
    if nearest is None or nearest.text(0) == "off":
        yield Finding(directive.span, "without `open_file_cache` each name is looked for at every request")
