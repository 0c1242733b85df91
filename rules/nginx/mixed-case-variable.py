"""Variables in several spellings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Note, Span

if TYPE_CHECKING:
    from dockguard.api import Site

NAME = re.compile(r"\$\{?([A-Za-z_]\w*)|\(\?P?<([A-Za-z_]\w*)>")


def check(site: Site) -> Iterator[Finding]:
    """One finding for a variable, at the first spelling that differs from the one before."""
    first: dict[str, tuple[str, Span]] = {}
    said: set[str] = set()
    for name, span in _names(site):
        low = name.lower()
        known, place = first.setdefault(low, (name, span))
        if known != name and low not in said:
            said.add(low)
            yield Finding(span, f"`${name}` is the same variable as `${known}`", (Note(place, "the other spelling"),))


def _names(site: Site) -> Iterator[tuple[str, Span]]:
    for directive in site.directives:
        for word in (directive.statement.name, *directive.words):
            if ("$" in word.text or "(?" in word.text) and not word.opaque:
                for match in NAME.finditer(word.text):
                    yield match[1] or match[2], word.part(match.start(), match.end())
