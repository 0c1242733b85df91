"""The seam to the secret detectors: where a text holds what no excerpt may show."""

from __future__ import annotations

from collections.abc import Iterator

from dockguard.common.suspicion import suspicious as suspicious


def secret_ranges(text: str) -> Iterator[tuple[int, int]]:
    """Half-open ranges of a text that hold secrets, in order."""
    if not suspicious(text):
        return
    from dockguard.common.secrets import find_in_text

    for found in find_in_text(text):
        if found.verdict.leaks:
            yield found.start, found.end


def key_blocks(text: str) -> Iterator[tuple[int, int]]:
    """Half-open ranges of private keys, which go on over lines."""
    if "PRIVATE KEY" not in text:
        return
    from dockguard.common.secrets import Kind, find_in_text

    for found in find_in_text(text):
        if found.verdict.kind is Kind.PRIVATE_KEY:
            yield found.start, found.end
