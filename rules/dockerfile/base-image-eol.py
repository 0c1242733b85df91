"""Images whose product or distribution is past its end of life."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dockguard.api import Finding


def check(reference: Any) -> Iterator[Finding]:
    """One finding for each image, with the day on which its support ended."""
    ended = reference.ended
    if ended.written and ended.sure:
        yield Finding(reference.span, f"`{reference.text.known}` gets no security fixes any more: {ended.known}")
