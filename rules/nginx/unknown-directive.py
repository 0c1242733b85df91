"""Directives that nginx does not know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Directive


def check(directive: Directive) -> Iterator[Finding]:
    """With the name that was probably meant."""
    if directive.unknown:
        likely = f"; did you mean `{directive.suggestion}`?" if directive.suggestion else ""
        yield Finding(directive.name_span, f"nginx has no directive `{directive.name}`{likely}")
