"""Postures of files, and short ways to their cells."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dockguard.posture.build import posture
from dockguard.posture.model import Cell, Posture, Row, Table
from dockguard.report import Run
from dockguard.settings import Ask


def looked(
    folder: Path, files: Mapping[str, Any], *policies: str, variant: str = "worst", **ask: Any
) -> tuple[Posture, Run]:
    """The posture of files; what is no text is written as JSON, which is YAML."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    (folder / ".git").mkdir(exist_ok=True)
    return posture(Ask(paths=(str(folder),), **ask), policies, variant)


def table(folder: Path, files: Mapping[str, Any], *policies: str, **ask: Any) -> Table:
    """The only project of files that can be read."""
    found, _ = looked(folder, files, *policies, **ask)
    assert not found.problems, found.problems
    (only,) = found.tables
    return only


def service(folder: Path, body: Mapping[str, Any], *policies: str, **more: Any) -> Row:
    """The only service of a project with that body."""
    files = {"compose.yaml": {"services": {"app": body}, **more}}
    (row,) = table(folder, files, *policies).services
    return row


def cell(folder: Path, control: str, body: Mapping[str, Any], **more: Any) -> Cell:
    """One control of the only service."""
    return service(folder, body, **more).cells[control]


def host(folder: Path, lines: str, outside: str = "") -> Row:
    """The only server of a configuration, with the lines of its block and those before it."""
    text = f"events {{}}\nhttp {{\n{outside}\nserver {{\n{lines}\n}}\n}}\n"
    (row,) = table(folder, {"nginx.conf": text}).hosts
    return row
