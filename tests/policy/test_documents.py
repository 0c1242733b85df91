"""What docs/policies.md and docs/posture.md say is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dockguard.posture import hosts, json_v1, services
from tests.posture.looks import looked
from tests.repo.checkout import FIXTURE, dockguard

from .projects import judged, project
from .test_subset import policy

DOCS = Path(__file__).parents[2] / "docs"


def rows(name: str) -> list[str]:
    """A policy's table: its controls, without those that it takes over as they are."""
    found = policy(name)
    below = {control.name: control for control in policy(found.extends).controls} if found.extends else {}
    lines = ["| Control | What is allowed | Rules |", "|---|---|---|"]
    for control in found.controls:
        if control == below.get(control.name):
            continue
        old = below.get(control.name)
        names = [id for id in control.rules if old is None or id not in old.rules]
        if not names:  # its warnings became another control's
            continue
        ids = [f"`{id}`" for id in names] + [f"`{id}` (warns)" for id in control.warn]
        lines.append(
            f"| {control.name} | {' '.join(control.allowed.split())} | {', '.join(ids) or 'as in the baseline'} |"
        )
    return lines


@pytest.mark.parametrize("name", ["baseline", "restricted"])
def test_the_tables_of_controls(name: str) -> None:
    assert "\n".join(rows(name)) in (DOCS / "policies.md").read_text(encoding="utf-8")


def test_the_controls_of_the_posture() -> None:
    text = (DOCS / "posture.md").read_text(encoding="utf-8")
    for control in (*services.controls(), *hosts.controls()):
        assert f"| `{control.name}` |" in text


def test_the_keys_of_its_json(tmp_path: Path) -> None:
    """Every key of the contract is named in the document's example."""
    files = {
        "compose.yaml": "services:\n  a:\n    image: nginx:1.27\n",
        "nginx.conf": "server { location / { root /x; } }\n",
    }
    made = json_v1.document(*looked(tmp_path, files))
    text = (DOCS / "posture.md").read_text(encoding="utf-8")
    (fence,) = re.findall(r"```json\n(.*?)```", text, re.S)

    def keys(value: object) -> set[str]:
        if isinstance(value, dict):
            named = {key for key in value if key.islower()}
            return named.union(*map(keys, value.values()))
        return set().union(*map(keys, value)) if isinstance(value, list) else set()

    controls = {"restricted", *(control.name for control in (*services.controls(), *hosts.controls()))}
    missing = {key for key in keys(made) - controls if f'"{key}"' not in fence}
    assert not missing


def test_the_policy_that_the_document_shows_is_one(tmp_path: Path) -> None:
    (fence,) = re.findall(r"```toml\n(.*?)```", (DOCS / "policies.md").read_text(encoding="utf-8"), re.S)
    (tmp_path / "ours.toml").write_text(fence, encoding="utf-8")
    run = judged(tmp_path, str(tmp_path / "ours.toml"), {"compose.yaml": project({"cap_add": ["CHOWN"]})})
    assert not run.problems, run.problems
    assert not run.failing
    assert run.controls["dockerfile/base-image-eol"] == ("Base images",)


def test_the_rows_that_the_document_shows_are_those_of_the_fixture() -> None:
    (fence,) = re.findall(r"```text\n(.*?)```", (DOCS / "posture.md").read_text(encoding="utf-8"), re.S)
    output = dockguard("posture", FIXTURE, "--variant", "prod").stdout
    real = {re.sub(r"\[\d+\]", "", line).split("  ")[0]: line for line in output.splitlines()[::-1]}
    for line in fence.splitlines():
        name = line.split("  ")[0]
        if name in (*(control.name for control in services.controls()), "baseline"):
            assert re.sub(r"\[\d+\]", "", line).split() == re.sub(r"\[\d+\]", "", real[name]).split()
