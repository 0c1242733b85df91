"""Files whose instructions are in lower case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dockguard.api import Finding


def check(image: Any) -> Iterator[Finding]:
    """One finding, at the first instruction."""
    keywords = [node.keyword for node in image.tree.instructions if node.keyword.text.isalpha()]
    lower = sum(keyword.text.islower() for keyword in keywords)
    if lower > sum(keyword.text.isupper() for keyword in keywords):
        yield Finding(keywords[0], "the instructions of this file are in lower case")
