"""Fragments that no file and no container takes in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Site


def check(site: Site) -> Iterator[Finding]:
    """At the first directive, where it stands outside of the block that it needs."""
    first = next(iter(site.directives), None)
    if first is None or not site.adrift:
        return
    around = first.context
    if around != "main":
        message = f"`{first.name}` stands outside of `{around}`, and nothing that is seen includes this file"
        yield Finding(first.name_span, message)
