"""Real projects: nothing crashes, nothing is refused, and every span holds the text it claims."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from dockguard.formats.compose import FORMAT
from dockguard.formats.compose.model import Project
from dockguard.formats.compose.text.parse import parse
from dockguard.formats.compose.text.tree import Value
from dockguard.source import Source
from dockguard.workspace import Workspace

CORPUS = os.environ.get("DOCKGUARD_CORPUS", "")
pytestmark = pytest.mark.skipif(not CORPUS, reason="DOCKGUARD_CORPUS is not set")


@pytest.fixture(scope="module")
def units() -> list[Project]:
    workspace = Workspace(Path(CORPUS) / "corpus")
    paths = [path for path in workspace.walk("", lambda _: True) if FORMAT.matches(path)]
    trees = [workspace.tree(path, FORMAT.parse) for path in paths]
    return list(FORMAT.assemble([tree for tree in trees if tree is not None], workspace, ()))


def test_spans_hold_the_text_they_claim(units: list[Project]) -> None:
    wrong = [
        (unit.project, path, value.data, value.span.text)
        for unit in units
        for path, value in scalars(unit.value)
        if not holds(value)
    ]
    assert wrong == []


def scalars(model: Value) -> list[tuple[tuple[str, ...], Value]]:
    return [(path, value) for path, value in model.walk() if value.direct and not value.is_map and not value.is_list]


def holds(value: Value) -> bool:
    """Whether the text of a span, read again on its own, is the value; parts of strings stand there verbatim."""
    text = value.span.text
    if text == value.data or (not text and value.data is None):
        return True
    tree = parse(Source("span", f"x: {text}\n"))
    again = tree.root.map.get("x") if not tree.problems else None
    if again is not None and again.data == value.data:
        return True
    return text[:1] in "|>" or " ".join(text.split()) == " ".join(str(value.data).split()) or cast(text, value.data)


def cast(text: str, data: object) -> bool:
    """A quoted boolean or number in a field that is one."""
    words = (str(data).lower(), "yes", "no", "on", "off")
    return isinstance(data, bool | int | float) and text.strip("'\"").lower() in words


def test_docker_compose_loads_them_all(units: list[Project]) -> None:
    alone = [unit for unit in units if unit.variant.endswith(("/compose.yaml", "/docker-compose.yml"))]
    assert [(unit.project, unit.refusals[0].message) for unit in alone if unit.refusals] == []


def test_every_node_of_every_kind(units: list[Project]) -> None:
    for unit in units:
        for kind in FORMAT.kinds.values():
            for node in kind.nodes(unit):
                assert node.span.text is not None
                assert node.subject
        list(FORMAT.lower(unit))


def test_it_is_fast() -> None:
    workspace = Workspace(Path(CORPUS) / "corpus")
    paths = [path for path in workspace.walk("", lambda _: True) if FORMAT.matches(path)]
    start = time.process_time()
    trees = [workspace.tree(path, FORMAT.parse) for path in paths]
    count = len(list(FORMAT.assemble([tree for tree in trees if tree is not None], workspace, ())))
    assert (time.process_time() - start) / count < 0.02
