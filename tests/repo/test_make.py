"""`make demo` shows findings and hides no error."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from tests.repo.checkout import ROOT, run, tool

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="make is for POSIX systems")


@pytest.mark.parametrize(("code", "good"), [(0, True), (1, True), (2, False), (3, False)])
def test_demo_ends_well_on_findings_only(code: int, good: bool, tmp_path: Path) -> None:
    make = tool("make")
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    bin = tmp_path / ".venv" / "bin"
    bin.mkdir(parents=True)
    (bin / "dockguard").write_text(f'#!/bin/sh\necho "$@"\nexit {code}\n')
    (bin / "dockguard").chmod(0o755)
    (tmp_path / ".venv" / ".run").touch()
    done = run([make, "--no-print-directory", "demo"], tmp_path, MAKEFLAGS=None)
    assert done.stdout.startswith("check --profile essential fixtures/learning-coach-as-claimed\n"), done.stderr
    assert good == ("check --profile strict fixtures/learning-coach\n" in done.stdout)
    assert (done.returncode == 0) == good
