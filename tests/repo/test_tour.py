"""The tour is what happens: every command of it runs, and prints what it shows."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.repo.checkout import FIXTURE, ROOT, run

TOUR = ROOT / "docs" / "tour.md"
SESSIONS = re.compile(r"^```console\n(.*?)^```$", re.M | re.S)


def steps() -> list[tuple[str, str]]:
    """Commands with what they print, in order."""
    text = "".join(SESSIONS.findall(TOUR.read_text(encoding="utf-8")))
    parts = re.split(r"^\$ (.*)\n", text, flags=re.M)[1:]
    return list(zip(parts[::2], parts[1::2], strict=True))


@pytest.mark.skipif(os.name == "nt" or sys.platform == "darwin", reason="the tour's commands are those of GNU")
def test_the_tour(tmp_path: Path) -> None:
    shop = Path(shutil.copytree(FIXTURE, tmp_path / "shop"))
    start = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from dockguard.cli import main; main()"
    (tmp_path / "dockguard").write_text(f'#!/bin/sh\nexec {sys.executable} -X utf8 -c "{start}" "$@"\n')
    (tmp_path / "dockguard").chmod(0o755)
    for command, shown in steps():
        done = run(["bash", "-c", command], shop, PATH=f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
        assert done.returncode in (0, 1), (command, done.stderr)
        at = 0
        for part in re.split(r"^\.\.\.$\n?", shown, flags=re.M):
            at = done.stdout.find(part.strip("\n"), at)
            assert at >= 0, f"{command}\n{part}\nis not in\n{done.stdout}"
        if shown and not shown.endswith("...\n"):
            assert done.stdout.strip("\n").endswith(part.strip("\n")), command
