"""A `user` line of an nginx that does not start as root."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from dockguard.api import Finding, Note, Served

if TYPE_CHECKING:
    from dockguard.api import Site


def check(served: Served) -> Iterator[Finding]:
    """One finding for the line."""
    user = served.container.user
    line = cast("Site", served.site).root.last("user")
    if line is None or user.known is None or user.known.is_root or not user.known.declared:
        return
    message = f"`{served.container.name}` starts as `{user.known.name}`, and cannot become `{line.text(0)}`"
    yield Finding(line.span, message, (Note(user.span, "the user is chosen here"),))
