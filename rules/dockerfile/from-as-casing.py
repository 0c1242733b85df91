"""FROM and AS in different cases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dockguard.api import Edit, Finding, Fix, Safety


def check(stage: Any) -> Iterator[Finding]:
    """AS follows FROM; a FROM in neither case asks for upper case, as BuildKit has it."""
    words = stage.node.words
    if len(words) != 3 or words[1].text.lower() != "as":
        return
    wanted = "as" if stage.node.keyword.text.islower() else "AS"
    if words[1].text != wanted:
        fix = Fix(f"write `{wanted}`", (Edit(words[1].span, wanted),), Safety.SAFE)
        yield Finding(words[1].span, f"`{words[1].text}` after `{stage.node.keyword.text}`", fix=fix)
