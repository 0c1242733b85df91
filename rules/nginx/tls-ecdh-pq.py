"""Groups of `ssl_ecdh_curve` that are in no older OpenSSL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Directive

NEW = re.compile(r"MLKEM|KYBER|FRODO|BIKE|HQC", re.I)


def check(directive: Directive) -> Iterator[Finding]:
    """The first group that OpenSSL before 3.5 does not know and that has no `?` before it."""
    word = directive.words[0] if directive.words else None
    if word is None or word.opaque:
        return
    at = 0
    for name in word.text.split(":"):
        start = at + len(name) - len(name.lstrip("*"))
        if NEW.search(name) and not name.lstrip("*").startswith("?"):
            yield Finding(word.part(start, at + len(name)), f"nginx does not start where OpenSSL lacks `{name}`")
            return
        at += len(name) + 1
