"""Targets of bake files: the builds that a repository asks for without Compose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dockguard.source import Fact, Source, Unknown
from dockguard.stack.pieces import BuildRequest
from dockguard.workspace import Workspace, folder_of, join

# In the order of buildx, the later over the earlier.
_FILES = ("docker-bake.json", "docker-bake.hcl", "docker-bake.override.json", "docker-bake.override.hcl")
_MAX_PARENTS = 10  # `inherits`, and folders above a Dockerfile


def parse(source: Source) -> Mapping[str, Any]:
    """The targets of a bake file by name; empty for anything else."""
    if source.path.endswith(".hcl"):
        from dockguard.formats.dockerfile.bake_hcl import targets as read

        return read(source.text)
    import json

    try:
        data = json.loads(source.text)
    except (ValueError, RecursionError):
        return {}
    targets = data.get("target") if isinstance(data, dict) else None
    if not isinstance(targets, dict):
        return {}
    return {name: target for name, target in targets.items() if isinstance(target, dict)}


def requests_for(dockerfile: str, workspace: Workspace) -> list[BuildRequest]:
    """What the bake files beside and above a Dockerfile ask of it."""
    found: list[BuildRequest] = []
    folder = folder_of(dockerfile)
    for _ in range(_MAX_PARENTS):
        found += [request for request in _requests(folder, workspace) if request.dockerfile == dockerfile]
        if not folder or folder.startswith(".."):
            break
        folder = folder_of(folder)
    return found


def _requests(folder: str, workspace: Workspace) -> Iterator[BuildRequest]:
    targets: dict[str, dict[str, Any]] = {}
    source: Source | None = None
    for name in _FILES:
        path = join(folder, name)
        if workspace.entry(path) == "file":
            source = workspace.read(path) or source
            for target, fields in (workspace.tree(path, parse) or {}).items():
                targets[target] = {**targets.get(target, {}), **fields}
    if source is not None:
        for name in targets:
            merged = _merged(name, targets)
            if not isinstance(merged.get("context"), Unknown) and not isinstance(merged.get("dockerfile"), Unknown):
                yield _request(name, merged, folder, source)


def _merged(name: str, targets: Mapping[str, Mapping[str, Any]], depth: int = _MAX_PARENTS) -> dict[str, Any]:
    """A target with what it inherits; `args` are merged by name."""
    own = dict(targets.get(name, {}))
    merged: dict[str, Any] = {}
    parents = own.pop("inherits", ())
    for parent in parents if isinstance(parents, list) and depth else ():
        if isinstance(parent, str):
            inherited = _merged(parent, targets, depth - 1)
            merged = {**merged, **inherited, "args": {**_args(merged), **_args(inherited)}}
    return {**merged, **own, "args": {**_args(merged), **_args(own)}}


def _args(target: Mapping[str, Any]) -> dict[str, Any]:
    args = target.get("args")
    return args if isinstance(args, dict) else {}


def _argument(value: object) -> str | Unknown:
    return value if isinstance(value, Unknown) else str(value)


def _request(name: str, target: Mapping[str, Any], folder: str, source: Source) -> BuildRequest:
    at = source.text.find(f'"{name}"')
    span = source.span(at, at + len(name) + 2) if at >= 0 else source.whole
    context = target.get("context")
    context = join(folder, context if isinstance(context, str) and context else ".")
    dockerfile = target.get("dockerfile")
    path = join(context, dockerfile if isinstance(dockerfile, str) and dockerfile else "Dockerfile")
    stage = target.get("target")
    args = {key: Fact(_argument(value), span) for key, value in _args(target).items() if value is not None}
    wanted = Fact(stage if isinstance(stage, Unknown) or (isinstance(stage, str) and stage) else None, span)
    return BuildRequest("" if context == "." else context, path, wanted, args, span, f"{source.path}: {name}")
