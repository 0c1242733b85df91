"""`dockguard check` as users and programs run it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

COMPOSE = "services:\n  web:\n    image: nginx:1.27\n    privileged: true\n"


def run(*arguments: str, cwd: Path, stdin: bytes = b"", **env: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS")}
    got = subprocess.run(
        [sys.executable, "-m", "dockguard", *arguments],
        cwd=cwd, input=stdin, capture_output=True, env={**clean, **env}, check=False,
    )  # fmt: skip
    return subprocess.CompletedProcess(got.args, got.returncode, got.stdout.decode(), got.stderr.decode())


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / ".git").mkdir()
    (tmp_path / "compose.yaml").write_text(COMPOSE)
    return tmp_path


def found(project: Path, *arguments: str) -> list[tuple[str, str]]:
    document = json.loads(run("check", "-f", "json", *arguments, cwd=project).stdout)
    return [(f["rule"], f"{f['location']['path']}:{f['location']['line']}") for f in document["findings"]]


PRIVILEGED = ("compose/privileged-container", "compose.yaml:4")


def test_exit_codes(project: Path) -> None:
    assert run("check", cwd=project).returncode == 1
    assert run("check", "--fail-on", "never", cwd=project).returncode == 0
    assert run("check", "--select", "compose/rootfs-writable", cwd=project).returncode == 0  # low is below the gate
    assert run("check", "--select", "compose/rootfs-writable", "--fail-on", "low", cwd=project).returncode == 1
    (project / "compose.yaml").write_text("services: [\n")
    got = run("check", cwd=project)
    assert got.returncode == 2
    assert "compose.yaml" in got.stderr
    assert run("check", "--allow-incomplete", cwd=project).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("check", "nowhere"), "nowhere does not exist"),
        (("check", "empty"), "nothing to check in empty"),
        (("check", "README"), "is neither a Dockerfile nor"),
        (("check", "--select", "compose/privileged"), "unknown rule `compose/privileged`"),
        (("check", "--config", "compose.yaml"), "does not end in .toml"),
        (("check", "--format", "junit"), "'junit' is not one of"),
        (("check", "--kind", "yaml=*.x"), "KIND=GLOB"),
        (("check", "--baseline", "none.json"), "does not exist"),
        (("check", "--rules", "pages"), "is code; allow it with --allow-code"),
        (("polish",), "No such command 'polish'"),
        (("check", "--since", "main"), "No such option"),
        (("explain", "compose/privileged-containr"), "did you mean `compose/privileged-container`?"),
    ],
)
def test_what_is_not_trustworthy_ends_with_2(project: Path, arguments: tuple[str, ...], message: str) -> None:
    (project / "empty").mkdir()
    (project / "README").write_text("hello\n")
    (project / "pages" / "compose").mkdir(parents=True)
    (project / "pages" / "compose" / "own.md").write_text(PAGE.replace("check: service.privileged\n", ""))
    (project / "pages" / "compose" / "own.py").write_text("def check(service):\n    yield\n")
    got = run(*arguments, cwd=project)
    assert got.returncode == 2
    assert message in " ".join(got.stderr.split())


PAGE = f"""---
title: Own
severity: medium
score: 5.0
confidence: high
each: compose.service
check: service.privileged
message: "own: {{service.name}}"
profile: essential
---
# Own

## Bad

```yaml compose.yaml
{COMPOSE.rstrip()}
#   ^^^^^^^^^^^^^^^^ own: web
```

## Good

```yaml compose.yaml
services: {{}}
```
"""


def test_a_teams_own_pages(project: Path) -> None:
    (project / "pages" / "compose").mkdir(parents=True)
    page = project / "pages" / "compose" / "own.md"
    page.write_text(PAGE)
    assert ("compose/own", "compose.yaml:4") in found(project, "--rules", "pages")
    assert run("test", "pages", cwd=project).stdout == "1 pages, 2 examples passed, 0 failed\n"
    page.write_text(PAGE.replace("own: web", "own: db"))
    got = run("test", "pages", cwd=project)
    assert got.returncode == 1
    assert "+compose.yaml:4:5-21 own: web" in got.stderr
    assert run("test", "pages", "--accept", cwd=project).returncode == 0
    assert page.read_text() == PAGE
    page.write_text(PAGE.replace("service.privileged\n", "service.privilged\n"))
    assert "did you mean `privileged`?" in run("test", "pages", cwd=project).stderr


def test_linted_trees_run_no_code(project: Path) -> None:
    """A repository cannot bring pages, configuration or modules that are executed."""
    mark = project / "ran"
    evil = f"open({str(mark)!r}, 'w')\n"
    for name in ("conftest.py", "click.py", "dockguard.py", "sitecustomize.py", "rules/compose/x.py", "json.py"):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(evil)
    subprocess.run(
        [str(Path(sys.executable).parent / "dockguard"), "check", "."], cwd=project, capture_output=True, check=False
    )
    assert not mark.exists()


def test_named_files_have_context_and_bounds(project: Path) -> None:
    (project / "compose.prod.yaml").write_text("services:\n  web:\n    init: true\n")
    (project / "app").mkdir()
    (project / "app" / "Dockerfile").write_text("FROM debian:12\nUSER root\n")
    (project / "compose.yaml").write_text(COMPOSE + "  app:\n    build: app\n    user: '1000'\n")
    assert found(project, "compose.prod.yaml") == []  # nothing of it is said in this file
    assert PRIVILEGED in found(project, "compose.yaml")
    roots = "stack/user-explicit-root,stack/effective-user-root,dockerfile/final-user-root"
    assert found(project, "--select", roots, "app/Dockerfile") == []  # Compose makes it another user
    (project / "compose.yaml").write_text(COMPOSE + "  app:\n    build: app\n")
    assert found(project, "--select", roots, "app/Dockerfile") == [("stack/user-explicit-root", "app/Dockerfile:2")]


def test_stdin_and_names(project: Path) -> None:
    got = run(
        "check", "-f", "concise", "--stdin-filename", "new/compose.yaml", "-", cwd=project, stdin=COMPOSE.encode()
    )
    assert "new/compose.yaml:4:5: critical compose/privileged-container" in got.stdout
    got = run("check", "-f", "json", "-", cwd=project, stdin=b"FROM debian:12\nUSER root\n")
    assert [f["rule"] for f in json.loads(got.stdout)["findings"] if f["severity"] == "high"] == [
        "dockerfile/final-user-root"
    ]
    (project / "strange.name").write_text("FROM debian:12\nUSER root\n")
    assert ("dockerfile/final-user-root", "strange.name:2") in found(project, "strange.name")
    assert ("dockerfile/final-user-root", "strange.name:2") in found(project, "--kind", "dockerfile=*.name", ".")


def test_paths_are_relative_to_the_working_directory(project: Path) -> None:
    (project / "sub").mkdir()
    (project / "sub" / "compose.yaml").write_text(COMPOSE)
    assert ("compose/privileged-container", "compose.yaml:4") in found(project / "sub", ".")
    assert ("compose/privileged-container", "../compose.yaml:4") in found(project / "sub", "..")


def test_ignored_and_vendored_folders(project: Path) -> None:
    for folder in ("node_modules/x", "build", "kept", ".devcontainer"):
        (project / folder).mkdir(parents=True)
        (project / folder / "compose.yaml").write_text(COMPOSE)
    (project / ".gitignore").write_text("build/\n*.yaml\n!compose.yaml\n")
    places = {place for rule, place in found(project) if rule == PRIVILEGED[0]}
    assert places == {"compose.yaml:4", "kept/compose.yaml:4", ".devcontainer/compose.yaml:4"}
    listed = run("check", "--show-files", cwd=project).stdout
    assert "build " in listed
    assert ".gitignore" in listed
    assert "vendored folder" in listed
    assert (PRIVILEGED[0], "build/compose.yaml:4") in found(project, "build/compose.yaml")  # named is named
    assert (PRIVILEGED[0], "kept/compose.yaml:4") not in found(project, "--exclude", "kept")


def test_reports_are_written_beside(project: Path) -> None:
    got = run("check", "--report", "sarif=out.sarif", "--report", "json=out.json", cwd=project)
    assert "FAIL" in got.stdout
    assert json.loads((project / "out.sarif").read_text())["version"] == "2.1.0"
    assert json.loads((project / "out.json").read_text())["version"] == 1
    assert run("check", "--report", "sarif=nowhere/out.sarif", cwd=project).returncode == 2


def test_colours(project: Path) -> None:
    assert "\x1b[" not in run("check", cwd=project).stdout
    assert "\x1b[" in run("check", cwd=project, FORCE_COLOR="1").stdout
    assert "\x1b[" not in run("check", cwd=project, FORCE_COLOR="1", NO_COLOR="1").stdout
    assert "\x1b[" in run("check", "--color", "always", cwd=project, NO_COLOR="1").stdout


def test_configuration_and_suppressions(project: Path) -> None:
    (project / "dockguard.toml").write_text(
        'profile = "essential"\n[rules.severity]\n"compose/privileged-container" = "low"\n'
    )
    assert run("check", cwd=project).returncode == 0
    assert run("check", "--isolated", cwd=project).returncode == 1
    (project / "dockguard.toml").write_text('profil = "essential"\nfail-on = "hgh"\n')
    got = run("check", cwd=project)
    assert got.returncode == 2
    assert "dockguard.toml:1:1" in got.stderr
    assert "did you mean" in got.stderr
    assert "dockguard.toml:2" in got.stderr
    (project / "dockguard.toml").unlink()
    text = COMPOSE.replace("true", "true # dockguard: ignore[compose/privileged-container] -- a test host")
    (project / "compose.yaml").write_text(text)
    assert run("check", cwd=project).returncode == 0
    assert run("check", "--no-ignores", cwd=project).returncode == 1
    (finding,) = (
        f for f in json.loads(run("check", "-f", "json", cwd=project).stdout)["findings"] if f["rule"] == PRIVILEGED[0]
    )
    assert finding["suppressed"] == {
        "by": "comment", "reason": "a test host", "until": None, "path": "compose.yaml", "line": 4,
    }  # fmt: skip


def test_one_of_several_files_brings_no_policy(project: Path) -> None:
    (project / "a").mkdir()
    (project / "a" / "compose.yaml").write_text(COMPOSE)
    (project / "a" / "dockguard.toml").write_text('fail-on = "never"\n')
    assert run("check", "a/compose.yaml", cwd=project).returncode == 0
    assert run("check", "a/compose.yaml", "compose.yaml", cwd=project).returncode == 1
    assert run("check", ".", cwd=project).returncode == 1


def test_a_baseline_is_found_where_it_was_written(project: Path) -> None:
    assert run("check", cwd=project).returncode == 1
    assert run("baseline", "create", cwd=project).returncode == 0
    done = run("check", cwd=project)
    assert (done.returncode, "known" in done.stdout) == (0, True)
    assert run("check", "--isolated", cwd=project).returncode == 1  # no configuration, so no known findings either
    assert run("baseline", "update", cwd=project).returncode == 0  # compared with what is found without it
    assert run("check", cwd=project).returncode == 0


def test_baseline(project: Path) -> None:
    assert run("baseline", "create", cwd=project).returncode == 0
    (project / "dockguard.toml").write_text('baseline = ".dockguard-baseline.json"\n')
    assert run("check", cwd=project).returncode == 0
    (project / "compose.yaml").write_text(COMPOSE + "  db:\n    image: x\n    privileged: true\n")
    got = run("check", cwd=project)
    assert got.returncode == 1
    assert "`db`" in got.stdout
    assert "`web`" not in got.stdout
    assert run("baseline", "create", cwd=project).returncode == 2  # it exists
    assert run("baseline", "update", "--allow-growth", cwd=project).returncode == 0
    assert run("check", cwd=project).returncode == 0
    (project / "compose.yaml").write_text("services:\n  db:\n    image: x:1\n")
    assert run("baseline", "prune", cwd=project).returncode == 0
    assert "db" not in run("baseline", "show", cwd=project).stdout


def test_output_does_not_depend_on_hash_seeds(project: Path) -> None:
    outputs = {
        run("check", "-f", "json", "--profile", "audit", cwd=project, PYTHONHASHSEED=seed).stdout for seed in "123"
    }
    assert len(outputs) == 1


def test_explain(project: Path) -> None:
    assert "Remove it." in run("explain", "compose/privileged-container", cwd=project).stdout
    assert "# dockguard: ignore[compose/privileged-container] until=" in run("explain", "CL-0002", cwd=project).stdout
    assert "Remove it." in run("explain", "privileged-container", cwd=project).stdout
    assert "Remove it." in run("explain", "docker-bench:5.5", cwd=project).stdout
    several = run("explain", "hadolint:DL3002", cwd=project).stdout
    assert re.match(r"\d rules stand for `hadolint:DL3002`", several)
    assert "  dockerfile/final-user-root " in several
    assert run("explain", "trivy:DL3002", cwd=project).returncode == 2
    assert "service.privileged: bool" in run("explain", "compose.service", cwd=project).stdout
    assert "compose/privileged-container" in run("explain", "compose.yaml:4", cwd=project).stdout


def test_effective(project: Path) -> None:
    (project / "compose.yaml").write_text(
        "services:\n  web:\n    image: x:${TAG}\n    environment: {DB_PASSWORD: pw}\n"
    )
    got = run("effective", ".", cwd=project, TAG="7")
    service = json.loads(got.stdout)["compose"][0]["services"]["web"]
    assert service["image"] == "x:7"
    assert service["environment"] == {"DB_PASSWORD": "*******"}
    assert "pw" in run("effective", "--show-secrets", ".", cwd=project).stdout


def test_effective_paths_are_relative_to_the_working_directory(project: Path) -> None:
    (project / "sub").mkdir()
    (project / "sub" / "Dockerfile").write_text("FROM debian:12\nUSER app\n")
    (image,) = json.loads(run("effective", ".", cwd=project / "sub").stdout)["images"]
    assert image["path"] == "Dockerfile"
    assert image["user"] == {"value": "app", "path": "Dockerfile", "line": 2}


def test_a_root_elsewhere(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    document = json.loads(run("check", "-f", "json", str(project), cwd=elsewhere).stdout)
    (path,) = {finding["location"]["path"] for finding in document["findings"]}
    assert (elsewhere / path).resolve() == (project / "compose.yaml").resolve()
    (project / "Dockerfile").write_text("FROM debian:12\n")
    (image,) = json.loads(run("effective", str(project), cwd=elsewhere).stdout)["images"]
    assert (elsewhere / image["path"]).resolve() == (project / "Dockerfile").resolve()
