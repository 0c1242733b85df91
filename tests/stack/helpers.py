"""Stacks made of texts."""

from __future__ import annotations

from dockguard.formats import load
from dockguard.project import Projects
from dockguard.stack.link import Stack
from dockguard.workspace import Workspace


def stacks(files: dict[str, str]) -> list[Stack]:
    """Every stack of a repository that is only texts."""
    workspace = Workspace(None, texts=files)
    formats = load()
    kinds = {path: format.name for path in files for format in formats if format.matches(path)}
    return list(Projects(workspace, formats, kinds))


def stack(compose: str, **files: str) -> Stack:
    """The stack of one Compose file; `__` in a name is a `/`, `_conf` and the like at its end an ending."""
    texts = {_path(name): text for name, text in files.items()}
    return next(one for one in stacks({"compose.yaml": compose, **texts}) if one.project)


def _path(name: str) -> str:
    folder, slashes, last = name.rpartition("__")
    return f"{folder.replace('__', '/')}{'/' if slashes else ''}{last.replace('_', '.')}"
