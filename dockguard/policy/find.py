"""Which policy a word means: one of ours by its name, or a team's own `.toml` file; and what it extends."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from dockguard.config import Context
from dockguard.finding import Problem
from dockguard.pack import builtin
from dockguard.policy.model import Read
from dockguard.policy.read import File, combined, read
from dockguard.source import Source, Span
from dockguard.workspace import Workspace, folder_of, join

MAX_CHAIN = 10  # policies that extend each other
SUFFIX = ".toml"


@cache
def names() -> tuple[str, ...]:
    """The policies that come with the tool, by name."""
    return tuple(sorted(path.stem for path in _folder().glob(f"*{SUFFIX}")))


def find(workspace: Workspace, name: str, folder: str, context: Context, where: Span | None = None) -> Read:
    """The policy of a name or of a file, relative to a folder of the workspace; `where` is the place that names it."""
    chain: list[File] = []
    problems: list[Problem] = []
    for file in _chain(workspace, name, folder, context, where, problems):
        chain.append(file)
        problems += file.reading.problems
    if problems:
        return Read(None, tuple(problems))
    return combined(chain[::-1])


def _chain(
    workspace: Workspace, name: str, folder: str, context: Context, where: Span | None, problems: list[Problem]
) -> Iterator[File]:
    """The file and what it extends, the nearest first."""
    seen: list[str] = []
    following = name
    while following:
        source = _source(workspace, following, folder)
        if source is None or source.path in seen or len(seen) >= MAX_CHAIN:
            problems.append(_lost(following, where, source is not None, workspace, folder))
            return
        seen.append(source.path)
        file = read(source, context, ours=not following.endswith(SUFFIX))
        yield file
        where = file.reading.span(("extends",))
        folder, following = folder_of(source.path), file.data.get("extends", "")


def _source(workspace: Workspace, name: str, folder: str) -> Source | None:
    if name.endswith(SUFFIX):
        return workspace.read(join(folder, name))
    if name not in names():
        return None
    path = _folder() / f"{name}{SUFFIX}"
    return Source(f"rules/policies/{path.name}", path.read_text(encoding="utf-8"))


def _lost(name: str, where: Span | None, looped: bool, workspace: Workspace, folder: str) -> Problem:
    if looped:
        return Problem("config-file", f"policy `{name}` extends itself, or too many others", where)
    if name.endswith(SUFFIX):
        outside = "" if workspace.inside(join(folder, name)) else "it lies outside the project"
        return Problem("config-file", f"policy `{name}` cannot be read", where, "" if where else name, outside)
    from dockguard.select import did_you_mean

    known = f"one of {', '.join(names())}, or a {SUFFIX} file"
    return Problem("config", f"unknown policy `{name}`", where, help=did_you_mean(name, names()) or known)


def _folder() -> Path:
    return builtin() / "policies"
