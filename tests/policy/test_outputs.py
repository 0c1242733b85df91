"""Who says which policy: the header and the footer, JSON, SARIF, `rules --policy`, `explain`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dockguard.render import json_v1, sarif, text
from tests.repo.checkout import dockguard

from .projects import judged, project

FILES = {"compose.yaml": project({"privileged": True, "read_only": None})}
OURS = 'title = "Ours"\n[[control]]\nname = "A"\nrules = ["compose/privileged-container"]\n'


def test_text_names_the_policy(tmp_path: Path) -> None:
    run = judged(tmp_path, "restricted", FILES)
    assert "policy restricted · fail-on medium" in text.header(run).replace("\n  ", " ")
    assert "FAIL  2 findings at or above `medium`; 0 below the gate of policy restricted" in text.render(run)
    run = judged(tmp_path, "baseline", {"compose.yaml": project()})
    assert "PASS  nothing found by policy baseline" in text.render(run)
    assert "--profile" not in text.render(run)
    assert "the gate of policy audit is off" in text.render(judged(tmp_path, "audit", FILES))


def test_without_a_policy_nothing_is_different(tmp_path: Path) -> None:
    run = judged(tmp_path, None, FILES)
    assert "policy " not in text.header(run) + text.render(run)
    assert "policy" not in json_v1.document(run)
    assert all("controls" not in finding for finding in json_v1.document(run)["findings"])
    assert "properties" not in json.loads(sarif.render(run))["runs"][0]


def test_json_names_it_and_the_controls(tmp_path: Path) -> None:
    made = json_v1.document(judged(tmp_path, "restricted", FILES))
    assert made["policy"] == "restricted"
    controls = {finding["rule"]: finding["controls"] for finding in made["findings"]}
    assert controls == {
        "compose/privileged-container": ["Privileged"],
        "compose/rootfs-writable": ["Root filesystem"],
    }


def test_sarif_names_it_and_the_controls(tmp_path: Path) -> None:
    (run,) = json.loads(sarif.render(judged(tmp_path, "restricted", FILES)))["runs"]
    assert run["properties"] == {"policy": "restricted"}
    assert {result["properties"]["controls"][0] for result in run["results"]} == {"Privileged", "Root filesystem"}


def test_severities_are_the_policys_in_every_output(tmp_path: Path) -> None:
    made = json_v1.document(judged(tmp_path, "restricted", FILES))
    assert {finding["severity"] for finding in made["findings"]} == {"critical", "medium"}
    assert made["summary"]["medium"] == 1


def test_rules_of_a_policy(tmp_path: Path) -> None:
    done = dockguard("rules", "--policy", "restricted")
    assert done.returncode == 0
    rows = {line.split()[0]: line.split()[1] for line in done.stdout.splitlines() if "/" in line}
    assert rows["compose/rootfs-writable"] == "medium"
    assert rows["compose/sensitive-host-path-exposed"] == "high"
    assert not any(name.startswith(("nginx/", "dockerfile/")) for name in rows)
    made = json.loads(dockguard("rules", "--policy", "restricted", "--format", "json").stdout)
    found = {rule["id"]: rule for rule in made["rules"]}
    assert set(found) == set(rows)
    assert found["compose/capability-not-allowed"]["options"] == {"allowed": ["NET_BIND_SERVICE"]}
    assert found["compose/capability-not-allowed"]["controls"] == ["Capabilities"]
    assert found["compose/rootfs-writable"]["policy"] == "restricted"
    some = dockguard("rules", "--policy", "restricted", "--select", "stack").stdout
    assert {line.split()[0].split("/")[0] for line in some.splitlines() if "/" in line} == {"stack"}


def test_a_team_reads_its_own(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text(OURS)
    done = dockguard("rules", "--policy", "ours.toml", folder=tmp_path)
    assert done.stdout.splitlines()[0].startswith("compose/privileged-container ")
    assert done.stdout.splitlines()[-1] == "1 rule"
    assert "## A\n- compose/privileged-container" in dockguard("explain", "ours.toml", folder=tmp_path).stdout


@pytest.mark.parametrize("command", [["rules", "--policy"], ["explain"], ["check", "--policy"]])
def test_what_is_wrong_with_it_is_all_told(command: list[str], tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text(OURS + "x = 1\ny = 2\n")
    (tmp_path / "compose.yaml").write_text("services: {}\n")
    done = dockguard(*command, "ours.toml", folder=tmp_path)
    assert done.returncode == 2
    assert "unknown key `x`" in done.stdout + done.stderr
    assert "unknown key `y`" in done.stdout + done.stderr
    assert "ours.toml:5" in done.stdout + done.stderr


def test_explain_a_policy() -> None:
    done = dockguard("explain", "restricted")
    assert done.returncode == 0
    head = done.stdout.splitlines()[0]
    assert head == "restricted · Services are hardened as far as they go · fails on medium and above · extends baseline"
    assert "## Privilege escalation\nthe last `no-new-privileges`" in done.stdout
    assert "- compose/rootfs-writable: medium\n" in done.stdout
    assert "option allowed = ['NET_BIND_SERVICE']" in done.stdout
    assert "did you mean `restricted`?" in dockguard("explain", "restrictedd").stderr
    assert "more rules: dockguard rules --policy audit" in dockguard("explain", "audit").stdout


def test_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services: {a: {image: 'nginx:1.27', privileged: true}}\n")
    assert dockguard("check", "--policy", "baseline", folder=tmp_path).returncode == 1
    assert dockguard("check", "--policy", "baseline", "--fail-on", "never", folder=tmp_path).returncode == 0
    done = dockguard("check", "--policy", "baseline", "--profile", "strict", folder=tmp_path)
    assert done.returncode == 2
    assert "--policy and --profile both say which rules count" in done.stdout + done.stderr
    assert dockguard("check", "--policy", "basline", folder=tmp_path).returncode == 2


def test_an_edge_that_says_so(tmp_path: Path) -> None:
    front = {"ports": ["443:8443"], "x-dockguard": {"edge": True}}
    assert not judged(tmp_path, "restricted", {"compose.yaml": project(front)}).failing
    other = {"ports": ["8443:8443"], "x-dockguard": {"edge": True}}  # 80 and 443 only
    assert judged(tmp_path, "restricted", {"compose.yaml": project(other)}).failing
    none = {"ports": ["443:8443"], "x-dockguard": {"edge": False}}
    assert judged(tmp_path, "restricted", {"compose.yaml": project(none)}).failing
