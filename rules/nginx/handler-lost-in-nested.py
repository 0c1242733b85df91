"""Locations that lost the upstream of the one around them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Note

if TYPE_CHECKING:
    from dockguard.api import Location

MEANT = frozenset(("root", "alias", "try_files", "index", "autoindex", "return", "rewrite", "internal", "error_page"))
HANDLERS = ("proxy_pass", "fastcgi_pass", "uwsgi_pass", "scgi_pass", "grpc_pass")


def check(nested: Location) -> Iterator[Finding]:
    """Nothing in them says that files are meant."""
    outer = nested.outer
    if outer is None or nested.action != "files":
        return
    line = next((outer.level.last(name) for name in HANDLERS if outer.level.has(name)), None)
    if line is None or nested.dead or nested.level.gaps or nested.level.children:
        return
    if MEANT.isdisjoint(nested.level.own):
        message = f"`{nested.path}` serves files: `{line.name}` around it is not inherited"
        yield Finding(nested.span, message, (Note(line.span, "only for what this location answers itself"),))
