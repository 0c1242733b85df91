"""What a rule's page says first under `## Fix`, for one line of an output."""

from __future__ import annotations

import re

from dockguard.lazy import regex

LONGEST = 240  # characters; more belongs to `dockguard explain`
_FIX = regex(r"^## Fix\n+(.+?)(?=\n\n|\n#|\Z)", re.M | re.S)
_CLAUSE = regex(r";\s")
_END = regex(r"(?<=[.!])\s+(?=[A-Z`])")


def remedy(body: str) -> str:
    """Its first sentence; "" where the page has no such part, or begins it with an example."""
    found = _FIX.search(body)
    text = " ".join(found[1].split()) if found else ""
    sentence = "" if text.startswith("```") else _until(_END, text)
    if len(sentence) > LONGEST:
        sentence = _until(_CLAUSE, sentence).rstrip(";") + "."
    sentence = f"{sentence[:-1]}." if sentence.endswith(":") else sentence  # an example follows
    return sentence if len(sentence) <= LONGEST else ""


def _until(end: re.Pattern[str], text: str) -> str:
    """Up to the first end that is not part of code."""
    found = (match.start() for match in end.finditer(text) if text.count("`", 0, match.start()) % 2 == 0)
    return text[: next(found, len(text))]
