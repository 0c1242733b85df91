"""Instructions that stand out by their case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dockguard.api import Edit, Finding, Fix, Safety


def check(instruction: Any) -> Iterator[Finding]:
    """Against what most instructions of the stages are; upper case where they are even, as BuildKit has it."""
    keyword, stage = instruction.node.keyword, instruction.stage
    if stage is None or instruction.onbuild or not keyword.text.isalpha():
        return
    lower = stage.siblings[0].form.is_lowercase
    wanted = keyword.text.lower() if lower else keyword.text.upper()
    if keyword.text != wanted:
        fix = Fix(f"write `{wanted}`", (Edit(keyword, wanted),), Safety.SAFE)
        case = "lower" if lower else "upper"
        yield Finding(keyword, f"`{keyword.text}`: the instructions of this file are in {case} case", fix=fix)
