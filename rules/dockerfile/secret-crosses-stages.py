"""COPY --from of paths with a secret in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dockguard.api import Finding, Note


def check(image: Any) -> Iterator[Finding]:
    """One finding for each copy."""
    for leak in image.crossing:
        message = f"`{leak.path}`, which holds a secret, comes along"
        yield Finding(leak.span, message, (Note(leak.origin, "it is written here"),))
