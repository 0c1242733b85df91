"""Parts of the header that browsers pass over and no standard forbids."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Hsts

ZERO = re.compile(r"max-age\s*=\s*\"?0\d", re.I)


def check(hsts: Hsts) -> Iterator[Finding]:
    """One finding for a header, at the header; one that browsers ignore has other faults."""
    text = hsts.value.known
    if not text or hsts.errors.items:
        return
    if ZERO.search(text):
        yield Finding(hsts.span, "the number of `max-age` begins with a zero")
    elif any(not part.strip() for part in text.split(";")):
        yield Finding(hsts.span, "there is a `;` with nothing behind it")
