"""YAML for Compose files: which texts may be written anew from their data, and the styles to write them in."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from copy import deepcopy
from random import Random
from typing import Any

from dockguard.formats.compose.text.parse import Node, Tree, parse
from dockguard.source import Source
from tests.metamorphic.change import Files, Make

Data = dict[str, Any]


def tree_of(text: str) -> Tree | None:
    """The tree of one document that Docker Compose can decode; None for others."""
    tree = parse(Source("compose.yaml", text))
    good = len(tree.documents) == 1 and not tree.problems and not tree.documents[0].defects
    return tree if good else None


def data_of(text: str) -> Data | None:
    """What a file says as plain data; None where that would lose something: a tag, an odd number."""
    tree = tree_of(text)
    if tree is None or tree.documents[0].cleared or not tree.root.is_map or any(node.tag for node in nodes(tree)):
        return None
    if ":?" in text and any(node.kind == "alias" for node in nodes(tree)):
        return None  # what stands in one place would stand in several
    data: Data = tree.root.plain()
    return data if isinstance(data.get("services"), dict) and _is_writable(data) else None


def _is_writable(data: Any) -> bool:
    if isinstance(data, dict):
        return all(isinstance(key, str) and _is_writable(value) for key, value in data.items())
    if isinstance(data, list):
        return all(map(_is_writable, data))
    return not isinstance(data, float) or math.isfinite(data)


def nodes(tree: Tree) -> Iterator[Node]:
    """Every node as it is written, once."""
    stack = list(tree.nodes)
    while stack:
        node = stack.pop()
        yield node
        if node.kind in ("map", "list"):
            stack += [part for pair in node.data for part in pair] if node.kind == "map" else node.data


def block(data: Any, pad: str = "", step: str = "  ") -> str:
    """Data in block style; strings in double quotes."""
    if isinstance(data, dict) and data:
        return "".join(f"{pad}{flow(key)}:{_below(value, pad, step)}" for key, value in data.items())
    if isinstance(data, list) and data:
        return "".join(f"{pad}-{_below(value, pad, step)}" for value in data)
    return f"{pad}{flow(data)}\n"


def _below(value: Any, pad: str, step: str) -> str:
    if isinstance(value, (dict, list)) and value:
        return "\n" + block(value, pad + step, step)
    return f" {flow(value)}\n"


def flow(data: Any) -> str:
    """Data in one line, which is JSON."""
    return json.dumps(data, ensure_ascii=False)


def of_data(change: Callable[[Data, Random], Data | None]) -> Make:
    """A change of what stands in one file, as data."""

    def make(files: Files, path: str, rng: Random) -> dict[str, str] | None:
        before = data_of(files[path])
        after = None if before is None else change(deepcopy(before), rng)
        return None if after is None or after == before else {**files, path: block(after)}

    return make


def services(data: Data) -> Iterator[Data]:
    """The services that are written as mappings."""
    for service in data["services"].values():
        if isinstance(service, dict):
            yield service
