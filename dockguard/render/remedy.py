"""What a rule's page says first under `## Fix`, for one line of an output."""

from __future__ import annotations

import re

from dockguard.lazy import regex

LONGEST = 240  # characters; more belongs to `dockguard explain`
_FIX = regex(r"^## Fix\n+(.+?)(?=\n\n|\n#|\Z)", re.M | re.S)
_END = regex(r"(?<=[.!])\s+(?=[A-Z`])")


def remedy(body: str) -> str:
    """Its first sentence; "" where the page has no such part, or begins it with an example."""
    found = _FIX.search(body)
    text = " ".join(found[1].split()) if found else ""
    sentence = "" if text.startswith("```") else _first(text)
    return sentence if len(sentence) <= LONGEST else ""


def _first(text: str) -> str:
    """Up to the first full stop that ends a sentence, and is not part of code."""
    for end in _END.finditer(text):
        if text.count("`", 0, end.start()) % 2 == 0:
            return text[: end.start()]
    return text
