"""Expressions that try endlessly."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Severity

if TYPE_CHECKING:
    from dockguard.api import Regex


def check(regex: Regex) -> Iterator[Finding]:
    """An exponential number of tries, or at least a quadratic one."""
    growth = regex.growth.known
    if growth == "exponential":
        yield Finding(regex.span, "the number of tries doubles with each character of a text that does not match")
    elif growth == "quadratic":
        message = "two loops over the same characters stand side by side: the number of tries grows with the square"
        yield Finding(regex.span, message, severity=Severity.LOW, why="paths are short")
