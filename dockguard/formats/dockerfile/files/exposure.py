"""What of the context ends up in the image: credentials, version control data, everything."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from dockguard.formats.dockerfile.files.context import Context
from dockguard.formats.dockerfile.files.sensitive import VCS, sensitive_path
from dockguard.source import Fact

if TYPE_CHECKING:
    from dockguard.formats.dockerfile.files.copies import Copy
    from dockguard.formats.dockerfile.image import Image

_MAX_NAMED = 5  # files that one message lists


def context_of(copy: Copy) -> Context | None:
    """The context that a copy reads from."""
    return copy.step.stage.context if copy.step.stage is not None else None


def sensitive(copy: Copy) -> Fact[str]:
    """What the copied file is, when its name says that it holds credentials and no ignore file keeps it out."""
    context, text = context_of(copy), copy.source.known
    if copy.kind != "context" or context is None or text is None:
        return Fact(None, copy.span)
    found = "" if context.ignored(text.strip("/")) else sensitive_path(text)
    if not found:
        inner = [path[len(context.folder) :].lstrip("/") for path in copy.paths]
        found = next((what for path in inner if (what := sensitive_path(path))), "")
    return Fact(found or None, copy.span)


def vcs(copy: Copy) -> Fact[str]:
    """The version control folder that a copy brings: named, or part of the whole context."""
    context, text = context_of(copy), copy.source.known
    if copy.kind != "context" or context is None or text is None:
        return Fact(None, copy.span)
    parts = text.strip("/").split("/")
    named = next((part for part in parts if part in VCS), None)
    if named is not None:
        return Fact(None if context.ignored(text.strip("/")) else named, copy.span)
    if copy.is_whole_context:
        there = next((name for name in sorted(VCS) if context.entry(name) and not context.ignored(name)), None)
        return Fact(there, copy.span)
    return Fact(None, copy.span)


def unfiltered(copy: Copy) -> bool:
    """Whether it copies the whole context and no ignore file filters it."""
    context = context_of(copy)
    if not copy.is_whole_context or context is None:
        return False
    return context.ignore is None or not context.ignore.patterns


def ignored(copy: Copy) -> Fact[str]:
    """The ignore pattern that keeps its source out of the build, so that the build fails or the file is missing."""
    context, text = context_of(copy), copy.source.known
    if copy.kind != "context" or context is None or text is None or not text.strip("./"):
        return Fact(None, copy.span)
    if context.ignore is None or any(pattern.exclusion for pattern in context.ignore.patterns):
        return Fact(None, copy.span)  # `!` may let some of it in again; BuildKit's own check is silent then, too
    pattern = context.ignored(text.strip("/").removeprefix("./"))
    return Fact(pattern.text if pattern else None, copy.span)


def missing(copy: Copy) -> Fact[str]:
    """Its source, when the context is known and does not hold it."""
    context, text = context_of(copy), copy.source.known
    known = copy.kind == "context" and context is not None and context.sure and context.readable and text is not None
    if not known or context is None or text is None or copy.paths or any(mark in text for mark in "*?["):
        return Fact(None, copy.span)
    return Fact(None if context.entry(text) else text, copy.span)


def gap(image: Image) -> Fact[str]:
    """Credentials and version control data of the context that a copy of everything brings; at the copy."""
    for stage in image.stages:
        for copy in stage.copies:
            if copy.is_whole_context and stage.requested and not copy.step.onbuild:
                names = list(islice(_sent(image.context), _MAX_NAMED))
                if names:
                    return Fact(", ".join(names), copy.span)
    return Fact(None, image.span)


def _sent(context: Context) -> Iterator[str]:
    for path in context.files():
        if not VCS & set(path.split("/")) and sensitive_path(path):
            yield path
