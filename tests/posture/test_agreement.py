"""The posture says what `check` says: by the same rules, about the same services, and never fine where nobody knows."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from dockguard.posture.model import BAD, OK, UNKNOWN
from dockguard.posture.services import controls
from dockguard.rulebook import rulebook
from dockguard.select import in_profile, reach
from tests.policy.projects import failing, judged, project
from tests.policy.test_controls import BAD as FAILING
from tests.policy.test_controls import BOTH
from tests.policy.test_subset import services

from .looks import looked, service

SOUND = project({"ports": None})["services"]["app"]
EXAMPLES = int(os.environ.get("DOCKGUARD_LONG", "25"))
SLOW = settings(max_examples=EXAMPLES)


@SLOW
@given(services)
def test_policies_are_met_where_check_finds_nothing_that_fails(changes: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = {"compose.yaml": project(changes, services={"sound": SOUND})}
        found, _ = looked(Path(folder), files)
        row, sound = found.tables[0].services
        if row.policies["baseline"].failed != ("Validity",):
            assert {cell.state for cell in (*sound.cells.values(), *sound.policies.values())} == {OK}
        for name in ("baseline", "restricted"):
            run = judged(Path(folder), name, files)
            assert (row.policies[name].state == BAD) == bool(run.failing)
            assert set(row.policies[name].rules) == failing(run)
            if "${X}" in str(changes):
                continue
            assert row.policies[name].state in (OK, BAD)


@SLOW
@given(services)
def test_cells_are_bad_where_check_finds_something(changes: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = {"compose.yaml": project(changes)}
        found, _ = looked(Path(folder), files)
        (row,) = found.tables[0].services
        run = judged(Path(folder), None, files, profile="strict")
        said = {report.rule.id for report in run.reports}
        for control in controls():
            cell = row.cells[control.name]
            if cell.state == BAD:
                assert set(cell.rules) & said or control.name == "published ports"
        for report in run.reports:
            of = [c.name for c in controls() if any(reach(word, report.rule) for word in c.rules)]
            states = {row.cells[name].state for name in of}
            assert not of or states & {BAD, UNKNOWN}, (report.rule.id, of)


UNSET = [
    ("privileged", "${X}"),
    ("network_mode", "${X}"),
    ("pid", "${X}"),
    ("ipc", "${X}"),
    ("uts", "${X}"),
    ("userns_mode", "${X}"),
    ("cgroup", "${X}"),
    ("volumes", ["${X}:/x:ro"]),
    ("volumes", ["/srv/${X}:/x:ro"]),
    ("volumes", ["${X}"]),
    ("ports", ["${X}"]),
    ("ports", ["${X}:80:80"]),
    ("cap_add", ["${X}"]),
    ("security_opt", ["no-new-privileges", "${X}"]),
    ("sysctls", ["${X}=1"]),
    ("devices", ["${X}"]),
    ("device_cgroup_rules", ["${X}"]),
    ("group_add", ["${X}"]),
    ("command", ["${X}"]),
    ("post_start", [{"command": "x", "privileged": "${X}"}]),
    ("use_api_socket", "${X}"),
]
ONLY_RESTRICTED = [
    ("cap_drop", ["${X}"]),
    ("security_opt", ["${X}"]),
    ("read_only", "${X}"),
    ("mem_limit", "${X}"),
    ("cpus", "${X}"),
    ("pids_limit", "${X}"),
    ("tmpfs", ["${X}"]),
    ("image", "registry.example.org/app:${X}"),
    ("logging", {"driver": "${X}"}),
    ("healthcheck", {"test": ["CMD", "x"], "disable": "${X}"}),
]


@pytest.mark.parametrize(("key", "value"), UNSET)
def test_what_nobody_knows_meets_no_policy(key: str, value: Any, tmp_path: Path) -> None:
    made = project({key: value, **({"ports": None} if key == "network_mode" else {})})
    row = service(tmp_path, made["services"]["app"], volumes=made["volumes"])
    assert row.policies["baseline"].state == UNKNOWN, row.policies["baseline"]
    assert row.policies["restricted"].state in (UNKNOWN, BAD)
    assert "X" in row.policies["baseline"].why


@pytest.mark.parametrize(("key", "value"), ONLY_RESTRICTED)
def test_what_nobody_knows_and_the_baseline_does_not_ask(key: str, value: Any, tmp_path: Path) -> None:
    made = project({key: value})
    row = service(tmp_path, made["services"]["app"], volumes=made["volumes"])
    assert row.policies["restricted"].state in (UNKNOWN, BAD)
    assert row.policies["baseline"].state in ((OK, UNKNOWN) if key == "security_opt" else (OK,))


def test_every_rule_is_about_one_service(tmp_path: Path) -> None:
    """What is wrong with one service of two is not said of the other, whatever kind of node tells it."""
    for number, (_, who, _, files) in enumerate(FAILING):
        made = {**files, "services": {**files["services"], "sound": SOUND}}
        found, _ = looked(tmp_path / str(number), {"compose.yaml": made})
        rows = {row.name: row for row in found.tables[0].services}
        app, sound = rows["app"].policies, rows["sound"].policies
        assert app["restricted"].state == BAD
        assert app["baseline"].state == (BAD if who == BOTH else OK)
        if "Validity" not in app["baseline"].failed:
            assert (sound["baseline"].state, sound["restricted"].state) == (OK, OK), (files, sound)


def test_every_rule_of_a_control_can_be_asked_of_services() -> None:
    """Rules of nginx have no service to be about."""
    for rule in rulebook().rules():
        if in_profile(rule, "strict") and any(reach(word, rule) for c in controls() for word in c.rules):
            assert rule.family in ("compose", "stack", "dockerfile"), rule.id
