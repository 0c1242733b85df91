"""`dockguard posture` as a process."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.repo.checkout import FIXTURE, dockguard
from tests.repo.test_budget import loaded


def test_the_demo(tmp_path: Path) -> None:
    done = dockguard("posture", FIXTURE)
    assert (done.returncode, done.stderr) == (0, "")
    assert "FAIL Docker socket" in done.stdout
    assert "\x1b" not in done.stdout
    assert "\x1b[1;31mFAIL" in dockguard("posture", "--color", "always", FIXTURE).stdout
    assert json.loads(dockguard("posture", "-f", "json", FIXTURE).stdout)["version"] == 1
    assert dockguard("posture", "-f", "markdown", "--color", "always", FIXTURE).stdout.startswith("# Posture")


@pytest.mark.parametrize(
    "arguments", [["--policy", "nothing"], ["--variant", "nothing"], ["--config", "x.yaml"], ["no-such-folder"]]
)
def test_what_is_wrong_is_told_and_ends_with_2(arguments: list[str]) -> None:
    done = dockguard("posture", *arguments, *([] if arguments == ["no-such-folder"] else [FIXTURE]))
    assert done.returncode == 2
    assert done.stderr


def test_check_loads_nothing_of_it() -> None:
    _, modules = loaded("check", FIXTURE)
    mine = {name for name in modules if name.startswith(("dockguard.posture", "dockguard.policy"))}
    assert mine <= {"dockguard.policy", "dockguard.policy.model"}
    _, modules = loaded("check", "--policy", "restricted", FIXTURE)
    assert "dockguard.policy.read" in modules
    assert not any(name.startswith("dockguard.posture") for name in modules)
