"""The checkout that is under test, and the optional tools beside it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FIXTURE = ROOT / "fixtures" / "shop"
PAGES = sorted(page for page in (ROOT / "rules").glob("*/*.md"))


def run(
    command: Sequence[str | Path], folder: Path = ROOT, **environment: str | None
) -> subprocess.CompletedProcess[str]:
    """A finished command with its output as text; a variable that is None is unset."""
    variables = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100", **environment}
    return subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        env={name: value for name, value in variables.items() if value is not None},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )


def dockguard(*arguments: str | Path, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """The command line, as a process of its own; the package is the one that the tests import."""
    start = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from dockguard.cli import main; main()"
    return run([sys.executable, "-X", "utf8", "-c", start, *arguments], folder)


def tool(name: str, *, folders: str = "") -> str:
    """Where a tool is; skips the test when it is missing."""
    beside = str(Path(sys.executable).parent)
    found = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), beside, folders]))
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found
