"""Directives that nginx does not know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Directive


def check(directive: Directive) -> Iterator[Finding]:
    """With the name that was probably meant, or with what the image's version says."""
    if directive.verdict.lacking:
        why = directive.verdict.lacking
        yield Finding(directive.name_span, f"this nginx has no directive `{directive.name}`: {why}")
    elif directive.unknown:
        likely = f"; did you mean `{directive.suggestion}`?" if directive.suggestion else ""
        yield Finding(directive.name_span, f"nginx has no directive `{directive.name}`{likely}")
