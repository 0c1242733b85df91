"""The first process of an image, and what it does with signals and orphans."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockguard.source import Fact

if TYPE_CHECKING:
    from dockguard.formats.dockerfile.image import Image

_RUNNERS = frozenset({"npm", "npx", "yarn", "pnpm", "bunx", "pnpx"})


def first_runner(image: Image) -> Fact[str]:
    """A script runner such as npm as process 1; absent where the base image's unknown entry point comes first."""
    entry, cmd = image.entrypoint, image.cmd
    if not entry.written and not _starts_plain(image.base.known or ""):
        return Fact(None, image.span)
    words = (*(entry.known or ()), *(cmd.known or ()))
    if words[1:2] == ("-c",) and len(words) > 2:
        words = tuple(words[2].split())
    words = words[1:] if words[:1] == ("exec",) else words
    name = words[0].rpartition("/")[2] if words else ""
    where = entry.span if entry.known else cmd.span
    return Fact(name if name in _RUNNERS else None, where, (entry if entry.known else cmd).via)


def _starts_plain(base: str) -> bool:
    """Whether an image is an official one: their entry points hand over to CMD by `exec`."""
    from dockguard.common.images import facts_of

    return "/" not in base and facts_of(base) is not None
