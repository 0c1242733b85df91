"""Instructions that stand out by their case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dockguard.api import Edit, Finding, Fix, Safety


def check(image: Any) -> Iterator[Finding]:
    """Against what most instructions of the file are; upper case where they are even, as BuildKit has it."""
    keywords = [node.keyword for node in image.tree.instructions if node.keyword.text.isalpha()]
    texts = [keyword.text for keyword in keywords]
    lower = sum(map(str.islower, texts)) > sum(map(str.isupper, texts))
    for keyword, text in zip(keywords, texts, strict=True):
        wanted = text.lower() if lower else text.upper()
        if text != wanted:
            case = "lower" if lower else "upper"
            fix = Fix(f"write `{wanted}`", (Edit(keyword, wanted),), Safety.SAFE)
            yield Finding(keyword, f"`{text}`: the instructions of this file are in {case} case", fix=fix)
