"""Comments right above stages and arguments that do not begin with their names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from dockguard.api import Finding

_MOST = 3  # names that one message lists
_DIRECTIVE = re.compile(r"#\s*(?:syntax|escape|check)\s*=", re.I)


def check(instruction: Any) -> Iterator[Finding]:
    """At the comment; as BuildKit's own check, the last line of several decides."""
    node = instruction.node
    names = [] if instruction.onbuild or node.line < 2 else _names(node)
    if not names:
        return
    above = node.joined.source.line_span(node.line - 1)
    text = above.text.lstrip()
    words = text.lstrip("#").split(None, 1)
    if text.startswith("#") and words and not _DIRECTIVE.match(text) and words[0].lower() not in map(str.lower, names):
        begin = " or ".join(f"`{name}`" for name in names[:_MOST])
        yield Finding(above, f"a description would begin with {begin}")


def _names(node: Any) -> list[str]:
    """What can have a description: the stage's name, the arguments'."""
    if node.name == "ARG":
        return [pair.name.text for pair in node.pairs]
    return [node.words[2].text] if len(node.words) == 3 else []
