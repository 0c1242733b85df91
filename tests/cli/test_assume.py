"""`[[assume]]` decides what nobody can see, and findings cite it; `[[stack]]` says what runs together."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.test_check import run

SERVICES = "services:\n  app:\n    image: registry.example.org/base/app:1\n"


def findings(folder: Path, *arguments: str) -> list[dict[str, object]]:
    document = json.loads(run("check", "-f", "json", *arguments, cwd=folder).stdout)
    assert document["errors"] == []
    return list(document["findings"])


def test_an_assumed_user_is_cited(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(SERVICES)
    assert findings(tmp_path, "--select", "stack/*-root") == []
    (tmp_path / "dockguard.toml").write_text('[[assume]]\nimage = "registry.example.org/base/*"\nuser = "root"\n')
    (finding,) = findings(tmp_path, "--select", "stack/*-root")
    assert finding["rule"] == "stack/effective-user-root"
    (cited,) = finding["related"]  # type: ignore[misc]
    assert cited["path"] == "dockguard.toml"  # type: ignore[index]
    assert "assumed to run as `root`" in cited["message"]  # type: ignore[index]


def test_a_stack_of_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(SERVICES)
    (tmp_path / "one.yaml").write_text("services:\n  app:\n    privileged: true\n")
    (tmp_path / "two.yaml").write_text("services:\n  app:\n    privileged: false\n")
    both = 'compose = ["compose.yaml", "one.yaml", "two.yaml"]\n'
    (tmp_path / "dockguard.toml").write_text(f'[[stack]]\nname = "both"\n{both}')
    (finding,) = findings(tmp_path, "--select", "compose/privileged-container")
    assert finding["variants"] == ["compose.yaml + one.yaml"]  # not where `two.yaml` takes it back
    listed = run("check", "--show-files", cwd=tmp_path).stdout
    assert "compose.yaml  compose     compose.yaml: all 4\n" in listed
    assert "two.yaml      compose     compose.yaml: all with two.yaml\n" in listed


def test_the_command_line_names_the_files(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(SERVICES)
    (tmp_path / "one.yaml").write_text("services:\n  app:\n    privileged: true\n")
    got = findings(tmp_path, "--select", "compose/privileged-container", "--compose-file", "compose.yaml")
    assert [finding for finding in got if finding["variants"] == ["compose.yaml"]] == []
    got = findings(
        tmp_path, "--select", "compose/privileged-container",
        "--compose-file", "compose.yaml", "--compose-file", "one.yaml",
    )  # fmt: skip
    assert [finding["variants"] for finding in got] == [["compose.yaml + one.yaml"]]
