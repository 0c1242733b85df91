"""Files with credentials that are copied and then removed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dockguard.api import Finding, Note


def check(image: Any) -> Iterator[Finding]:
    """One finding for each removal."""
    for leak in image.removed:
        message = f"`{leak.path}` is removed here, but the layer that brought it keeps it"
        yield Finding(leak.span, message, (Note(leak.origin, "it was brought here"),))
