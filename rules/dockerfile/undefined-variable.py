"""Variables that nothing declares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dockguard.api import Finding


def check(instruction: Any) -> Iterator[Finding]:
    """One finding for each; where the base image may set it, only one that looks misspelled."""
    for variable in instruction.undefined:
        if variable.is_global:
            why = "its ARG stands before the first FROM, and is not declared in this stage"
        elif variable.near:
            why = f"did you mean `{variable.near}`?"
        else:
            why = "nothing declares it before"
        if variable.sure or variable.near:
            yield Finding(variable.span, f"`{variable.name}` is empty here: {why}")
