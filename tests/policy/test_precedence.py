"""Which word wins: the command line, a policy, a profile, the configuration, what it extends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from .projects import judged, project

OPEN = {
    "compose.yaml": {
        "services": {"app": {"image": "registry.example.org/app:1.2", "privileged": True, "cap_add": ["CHOWN"]}}
    }
}
PRIVILEGED, CAP, FIXED = "compose/privileged-container", "compose/capability-not-allowed", "compose/rootfs-writable"
MOVING = "compose/image-tag-missing-or-mutable"
BASE = {PRIVILEGED}
PAGE = """\
---
title: Ours
severity: low
score: 3.0
confidence: high
each: compose.service
check: service.image
message: ours
profile: audit
---
# Ours

## Bad

```yaml compose.yaml
services: {a: {image: x}}
```

## Good

```yaml compose.yaml
services: {}
```
"""
OURS = f'title = "Ours"\n[[control]]\nname = "A"\nrules = ["{PRIVILEGED}"]\n'


def rules(
    folder: Path, policy: str | None = None, config: str = "", files: dict[str, Any] = OPEN, **ask: Any
) -> set[str]:
    run = judged(folder, policy, {**files, **({"dockguard.toml": config} if config else {})}, **ask)
    assert not run.problems, run.problems
    return {report.rule.id for report in run.active}


def test_a_policy_takes_the_place_of_a_profile(tmp_path: Path) -> None:
    assert rules(tmp_path, "baseline") == BASE
    assert FIXED in rules(tmp_path, "restricted")
    assert rules(tmp_path, "baseline", 'profile = "audit"') == BASE


def test_the_command_line_says_more_or_less(tmp_path: Path) -> None:
    assert rules(tmp_path, "baseline", extend_select=(FIXED,)) == {*BASE, FIXED}
    assert rules(tmp_path, "baseline", ignore=("compose/privileged-*",)) == set()
    assert rules(tmp_path, "baseline", ignore=("@isolation",)) == set()
    assert rules(tmp_path, "restricted", select=(CAP,)) == {
        CAP
    }  # with the policy's options: by default CHOWN is allowed
    assert rules(tmp_path, None, select=(CAP,)) == set()


def test_a_policy_of_the_command_line_is_over_the_configuration(tmp_path: Path) -> None:
    config = f"""
ignore = ["compose"]
extend-select = ["{FIXED}"]
fail-on = "never"
[rules]
severity = {{ "{PRIVILEGED}" = "low" }}
[rules.options."{CAP}"]
allowed = ["CHOWN"]
[per-path]
"**" = {{ ignore = ["{PRIVILEGED}"] }}
"""
    assert rules(tmp_path, "baseline", config) == BASE
    run = judged(tmp_path, "restricted", {**OPEN, "dockguard.toml": config})
    assert CAP in {report.rule.id for report in run.failing}
    assert run.gate is not None
    assert run.gate.word == "medium"


def test_severities_that_the_policy_leaves_alone_are_the_configurations(tmp_path: Path) -> None:
    run = judged(tmp_path, "baseline", {**OPEN, "dockguard.toml": f'[rules]\nseverity = {{ "{PRIVILEGED}" = "low" }}'})
    assert [report.severity.word for report in run.active] == ["low"]


def test_a_policy_of_the_configuration_is_below_its_own_words(tmp_path: Path) -> None:
    assert rules(tmp_path, None, 'policy = "baseline"') == BASE
    config = f'policy = "baseline"\nextend-select = ["{FIXED}"]\nignore = ["{PRIVILEGED}"]\nfail-on = "low"\n'
    run = judged(tmp_path, None, {**OPEN, "dockguard.toml": config})
    assert {report.rule.id for report in run.failing} == {FIXED}
    config = f'policy = "restricted"\n[rules.options."{CAP}"]\nallowed = ["CHOWN"]'
    assert CAP not in rules(tmp_path, None, config)
    config = f'policy = "baseline"\n[per-path]\n"compose.yaml" = {{ ignore = ["{PRIVILEGED}"] }}'
    assert rules(tmp_path, None, config) == set()


def test_a_profile_of_the_command_line_puts_it_out_of_force(tmp_path: Path) -> None:
    files = {**OPEN, "dockguard.toml": f'policy = "restricted"\nextend-select = ["{CAP}"]'}
    run = judged(tmp_path, None, files, profile="essential")
    assert {report.rule.id for report in run.active} == {PRIVILEGED}  # CHOWN is allowed by default
    assert run.notices == ("policy `restricted` of the configuration is out of force: --profile essential",)
    assert (run.policy, run.profile) == ("", "essential")
    assert run.gate is not None
    assert run.gate.word == "high"


def test_a_policy_of_the_command_line_beats_that_of_the_configuration(tmp_path: Path) -> None:
    assert rules(tmp_path, "baseline", 'policy = "restricted"') == BASE


def test_the_nearest_of_several_files_says_which(tmp_path: Path) -> None:
    def nearest(below: str, above: str) -> set[str]:
        files = {**OPEN, "base.toml": below, "dockguard.toml": f'extend = "base.toml"\n{above}'}
        return rules(tmp_path, None, files=files)

    assert nearest('policy = "restricted"', 'policy = "baseline"') == BASE
    assert FIXED in nearest('policy = "baseline"', 'policy = "restricted"')
    assert nearest('profile = "audit"', 'policy = "baseline"') == BASE
    assert PRIVILEGED in nearest('policy = "restricted"', 'profile = "essential"')
    assert FIXED not in nearest('policy = "restricted"', 'profile = "essential"')
    assert nearest('policy = "baseline"', "") == BASE
    assert nearest(f'policy = "baseline"\nignore = ["{PRIVILEGED}"]', "") == set()


def test_a_policy_beside_a_profile_is_a_mistake(tmp_path: Path) -> None:
    run = judged(tmp_path, None, {**OPEN, "dockguard.toml": 'profile = "strict"\npolicy = "baseline"'})
    (problem,) = run.problems
    assert problem.message == "`policy` and `profile` both say which rules count"
    run = judged(tmp_path, "baseline", {**OPEN, "dockguard.toml": ""}, profile="strict")
    (problem,) = run.problems
    assert problem.message == "--policy and --profile both say which rules count"
    assert run.exit_code == 2


def test_what_the_owner_locked(tmp_path: Path) -> None:
    files = {**OPEN, "base.toml": "root = true", "dockguard.toml": 'extend = "base.toml"\npolicy = "baseline"'}
    (problem,) = judged(tmp_path, None, files).problems
    assert problem.message == "`policy` cannot be set here: `base.toml` has `root = true`"


@pytest.mark.parametrize(
    ("where", "policy"), [("", "ours.toml"), ("platform", "ours.toml"), ("platform", "../ours.toml")]
)
def test_a_teams_own_is_beside_the_configuration_that_names_it(where: str, policy: str, tmp_path: Path) -> None:
    inside = f"{where}/" if where else ""
    home = "" if policy.startswith("..") else inside
    files = {
        **OPEN,
        f"{home}ours.toml": OURS,
        f"{inside}base.toml": f'policy = "{policy}"',
        "dockguard.toml": f'extend = "{inside}base.toml"',
    }
    run = judged(tmp_path, None, files)
    assert not run.problems, run.problems
    assert {report.rule.id for report in run.active} == BASE
    assert run.policy == "ours"


def test_a_teams_own_on_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text(OURS)
    assert rules(tmp_path, str(tmp_path / "ours.toml")) == BASE


def test_a_mistake_in_it_stops_the_run(tmp_path: Path) -> None:
    run = judged(tmp_path, None, {**OPEN, "ours.toml": OURS + "x = 1", "dockguard.toml": 'policy = "ours.toml"'})
    (problem,) = run.problems
    assert problem.span is not None
    assert (problem.span.source.path, problem.span.line) == ("ours.toml", 5)
    assert run.exit_code == 2
    assert not run.reports
    run = judged(tmp_path, None, {**OPEN, "dockguard.toml": 'policy = "basline"'})
    (problem,) = run.problems
    assert problem.span is not None
    assert (problem.span.text, problem.help) == ('"basline"', "did you mean `baseline`?")


def test_suppressions_count_under_a_policy_and_are_kept_in_order(tmp_path: Path) -> None:
    """The rules of the meta family are not the policy's to switch off."""
    text = (
        "services:\n  app:\n    image: example.org/app:1\n"
        f"    privileged: true  # dockguard: ignore[{PRIVILEGED}] until=2020-01-01 -- for now\n"
        f"    # dockguard: ignore[compose/host-network] -- nothing here\n    user: root\n"
    )
    found = rules(tmp_path, "baseline", files={"compose.yaml": text})
    assert found == {PRIVILEGED, "meta/expired-suppression", "meta/unused-suppression"}
    accepted = text.replace("until=2020-01-01 ", "")
    assert PRIVILEGED not in rules(tmp_path, "baseline", files={"compose.yaml": accepted})


def test_rules_of_a_team_can_be_in_its_policy(tmp_path: Path) -> None:
    (tmp_path / "own" / "compose").mkdir(parents=True)
    (tmp_path / "own" / "compose" / "our-rule.md").write_text(PAGE)
    ours = OURS + '[[control]]\nname = "B"\nrules = ["compose/our-rule"]\n[severity]\n"compose/our-rule" = "high"'
    (tmp_path / "ours.toml").write_text(ours)
    found = rules(tmp_path, str(tmp_path / "ours.toml"), rules=(str(tmp_path / "own"),))
    assert found == {PRIVILEGED, "compose/our-rule"}


def test_a_project_of_every_kind_is_judged_by_what_the_policy_names(tmp_path: Path) -> None:
    files = {
        "compose.yaml": json.dumps(project()),
        "nginx.conf": "events {}\nhttp {\n  server {\n    autoindex on;\n  }\n}\n",
        "Dockerfile": "FROM debian\n",
    }
    assert rules(tmp_path, "restricted", files=files) == set()
    assert "nginx/autoindex" in rules(tmp_path, "restricted", files=files, extend_select=("nginx",))
