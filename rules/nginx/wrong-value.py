"""Values that nginx refuses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Wrong


def check(wrong: Wrong) -> Iterator[Finding]:
    """With what nginx takes, and the word that was probably meant."""
    likely = f"; did you mean `{wrong.likely}`?" if wrong.likely and " " in wrong.expected else ""
    yield Finding(wrong.span, f"`{wrong.name}` takes {wrong.expected}, not `{wrong.value}`{likely}")
