from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from dockguard.formats.dockerfile import FORMAT
from dockguard.formats.dockerfile.image import Image
from dockguard.formats.dockerfile.text.parse import parse
from dockguard.formats.dockerfile.text.tree import Instruction, Tree
from dockguard.source import Fact, Source
from dockguard.stack.pieces import BuildRequest
from dockguard.workspace import Workspace


def tree_of(text: str) -> Tree:
    return parse(Source("Dockerfile", text))


def images(text: str | Mapping[str, str], *requests: BuildRequest) -> list[Image]:
    files = {"Dockerfile": text} if isinstance(text, str) else dict(text)
    workspace = Workspace(None, texts=files)
    trees = [workspace.tree(path, FORMAT.parse) for path in files if FORMAT.matches(path)]
    return list(FORMAT.assemble([] if requests else trees, workspace, requests))


def image(text: str | Mapping[str, str], *requests: BuildRequest) -> Image:
    return images(text, *requests)[0]


def request(target: str | None = None, context: str = "", dockerfile: str = "Dockerfile", **args: str) -> BuildRequest:
    span = Source("compose.yaml", "").whole
    wanted: Fact[str] = Fact(target, span)
    given = {name: Fact(value, span) for name, value in args.items()}
    return BuildRequest(context, dockerfile, wanted, given, span, "compose.yaml: web")


def corpus() -> Path:
    folder = os.environ.get("DOCKGUARD_CORPUS")
    if not folder:
        pytest.skip("DOCKGUARD_CORPUS is not set")
    return Path(folder)


def records(name: str) -> Iterator[dict[str, Any]]:
    with (corpus() / "oracle" / name).open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


KNOWN = (
    "ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER VOLUME "
    "WORKDIR"
).split()


def arguments(item: Instruction) -> list[str] | None:
    """As BuildKit's parser lists them."""
    if item.trigger is not None:
        return None
    if item.name in ("ENV", "LABEL"):
        parts = [(pair.name.text, pair.value.text, "" if pair.legacy else "=") for pair in item.pairs if pair.value]
        return [part for triple in parts for part in triple] or None
    return [word.text for word in item.words] or None if item.name in KNOWN else [""]


def flags(item: Instruction) -> list[str]:
    return [f"--{flag.name}" + ("" if flag.value is None else f"={flag.value}") for flag in item.flags]


def described(item: Instruction) -> dict[str, Any]:
    """One instruction in the words of the oracle's records."""
    found: dict[str, Any] = {"cmd": item.keyword.text if item.text.strip() else "", "args": arguments(item)}
    found |= {"start": item.line, "end": item.end_line, "orig": item.text, "flags": flags(item), "json": item.json}
    found["heredocs"] = [
        {"Name": h.name, "FileDescriptor": h.descriptor, "Expand": h.expand, "Chomp": h.chomp, "Content": h.raw}
        for h in item.heredocs
    ]
    if item.trigger is not None:
        found["sub"] = described(item.trigger)
    return found


def expected(node: Mapping[str, Any], *, sub: bool = False) -> dict[str, Any]:
    found = {key: node.get(key) for key in ("cmd", "start", "end", "orig")}
    found |= {"args": node.get("args") or None, "flags": node.get("flags") or [], "json": bool(node.get("json"))}
    found["heredocs"] = node.get("heredocs") or []
    if node.get("sub"):
        found["sub"] = expected(node["sub"], sub=True)
    return found


def same(item: Instruction, node: Mapping[str, Any]) -> bool:
    ours, theirs = described(item), expected(node)
    for part in (ours.get("sub"), theirs.get("sub")):  # lines and heredocs of a trigger are its host's
        for key in ("start", "end", "heredocs"):
            if part:
                part.pop(key)
    return ours == theirs
