"""Images without HEALTHCHECK."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dockguard.api import Finding


def check(image: Any) -> Iterator[Finding]:
    """Speaks for images that no Compose service builds; a service may have a health check of its own."""
    if not image.healthcheck.written and image.has_from and not image.of_service:
        yield Finding(image.span, "the image has no health check")
