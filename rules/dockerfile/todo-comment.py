"""Comments that say TODO or FIXME."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from dockguard.api import Finding

_TASK = re.compile(r"\b(?:TODO|FIXME|XXX)\b")


def check(comment: Any) -> Iterator[Finding]:
    """By the words in upper case."""
    found = _TASK.search(comment.text)
    if found:
        yield Finding(comment.span, f"a comment says `{found[0]}`")
