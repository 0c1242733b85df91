"""Files that come from the context through another stage: `COPY . /src` there, `COPY --from=build /src/x` here."""

from __future__ import annotations

from collections.abc import Sequence
from posixpath import normpath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dockguard.formats.dockerfile.files.copies import Copy
    from dockguard.formats.dockerfile.model import Stage

MAX_HOPS = 5  # stages that a file goes through
MAX_COPIES = 500  # of one stage that are looked at


def from_context(copy: Copy, stages: Sequence[Stage]) -> str:
    """The workspace path of what a COPY takes from another stage; "" where no COPY of that stage brings it.

    What a RUN makes in the stage is not seen: the path is then one that the workspace may not have.
    """
    source = copy.source.known
    if source is None or copy.stage is None or not 0 <= copy.stage < len(stages):
        return ""
    return _traced(stages[copy.stage], _absolute(source), stages, 0)


def context_path(copy: Copy) -> str:
    """The workspace path of a source of the context; "." for the workspace itself, "" where it is not known."""
    if copy.path or copy.kind != "context" or copy.paths:
        return copy.path
    whole = copy.source.known is not None and normpath(copy.source.known) in (".", "/")
    readable = copy.step.stage is not None and copy.step.stage.context.readable
    return "." if whole and readable else ""


def _traced(stage: Stage, path: str, stages: Sequence[Stage], hops: int) -> str:
    """A path of a stage as a workspace path; a later copy covers an earlier one."""
    copies = [copy for one in stage.chain for copy in one.copies]
    for copy in reversed(copies[-MAX_COPIES:]):
        rest = _below(copy, path) if not copy.step.onbuild else None
        if rest is None:
            continue
        if copy.kind == "context" and not copy.paths:
            base = context_path(copy)
            return normpath(f"{base}/{rest}") if base and rest else base
        if copy.kind == "stage" and hops < MAX_HOPS and copy.stage is not None and 0 <= copy.stage < len(stages):
            inner = _absolute(f"{copy.source.known or ''}/{rest}")
            return _traced(stages[copy.stage], inner, stages, hops + 1)
        return ""
    return ""


def _absolute(path: str) -> str:
    """A path of another stage; a relative one begins at its root."""
    return normpath("/" + path.lstrip("/"))


def _below(copy: Copy, path: str) -> str | None:
    """What is left of a path below the target of a copy, "" for the target itself; None where it lies elsewhere."""
    if not copy.target.known:
        return None
    target = normpath(copy.target.known)
    if path == target:
        return ""
    inside = path.startswith(target.rstrip("/") + "/")
    return path[len(target.rstrip("/")) + 1 :] if inside else None
