"""Rooms stay small: short functions, files that one can read, and text that is the same on every system."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tests.repo.checkout import PAGES, ROOT

CODE = [file for folder in ("dockguard", "rules", "tools") for file in sorted((ROOT / folder).rglob("*.py"))]


def lengths() -> Iterator[tuple[int, str]]:
    """Every function's lines, and its name."""
    for file in CODE:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield (node.end_lineno or 0) - node.lineno + 1, f"{name(file)}: {node.name}"


def name(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def test_functions_are_short() -> None:
    found = list(lengths())
    assert [where for lines, where in found if lines > 40] == []
    assert median(lines for lines, _ in found) <= 8


def test_files_can_be_read() -> None:
    assert [name(file) for file in CODE if len(file.read_text(encoding="utf-8").splitlines()) > 400] == []


def test_every_room_says_what_it_is_for() -> None:
    assert [name(file) for file in CODE if not ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))] == []


def test_pages_are_utf8_with_plain_line_ends() -> None:
    for page in PAGES:
        data = page.read_bytes()
        data.decode("utf-8")
        assert b"\r" not in data, page
        assert data.endswith(b"\n"), page
