"""Comments right above stages and arguments that do not begin with their names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dockguard.api import Finding, Span

_MOST = 3  # names that one message lists


def check(image: Any) -> Iterator[Finding]:
    """At the comment; as BuildKit's own check, the last line of several decides."""
    above = {comment.line: comment for comment in image.tree.comments}
    for node in image.tree.instructions:
        comment = above.get(node.line - 1)
        names = _names(node) if comment is not None else []
        words = _words(comment) if comment is not None else []
        if words and names and words[0].lower() not in map(str.lower, names):
            begin = " or ".join(f"`{name}`" for name in names[:_MOST])
            yield Finding(comment, f"a description would begin with {begin}")


def _names(node: Any) -> list[str]:
    """What can have a description: the stage's name, the arguments'."""
    if node.name == "ARG":
        return [pair.name.text for pair in node.pairs]
    named = node.name == "FROM" and len(node.words) == 3
    return [node.words[2].text] if named else []


def _words(comment: Span) -> list[str]:
    return comment.text.lstrip("#").split()
