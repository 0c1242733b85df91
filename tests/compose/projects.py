"""Projects from texts, for tests."""

from __future__ import annotations

from dockguard.formats.compose import FORMAT
from dockguard.formats.compose.model import Project, Service
from dockguard.stack.pieces import Piece
from dockguard.workspace import Workspace


def projects(files: dict[str, str], *above: Piece) -> list[Project]:
    """Every project in every variant."""
    workspace = Workspace(None, texts=files)
    paths = [path for path in files if FORMAT.matches(path) or FORMAT.sniff(files[path])]
    trees = [workspace.tree(path, FORMAT.parse) for path in paths]
    return list(FORMAT.assemble([tree for tree in trees if tree is not None], workspace, above))


def project(text: str, **more: str) -> Project:
    """The first variant of a project of one file."""
    return projects({"compose.yaml": text, **{name.replace("__", "/"): value for name, value in more.items()}})[0]


def service(text: str, name: str = "web") -> Service:
    """One service of a project of one file."""
    found = project(text).service(name)
    assert found is not None
    return found


def nodes(kind: str, unit: Project) -> list[object]:
    """The nodes of a kind."""
    return list(FORMAT.kinds[kind].nodes(unit))
