"""Labels that a team asks for and an image has not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dockguard.api import Finding


def check(image: Any, options: Mapping[str, Any]) -> Iterator[Finding]:
    """One finding for all that are missing; silent where a variable decides what a label is called."""
    if not options["required"] or not image.has_from or "" in image.labels:
        return
    missing = [f"`{name}`" for name in options["required"] if name not in image.labels]
    if missing:
        yield Finding(image.span, f"the image has no label {', '.join(missing)}")
