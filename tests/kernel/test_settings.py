"""Where a run stands: its root, the names of its paths, and which configuration counts."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dockguard.finding import Severity
from dockguard.session import begin
from dockguard.settings import Ask, open_workspace

posix = pytest.mark.skipif(os.name == "nt", reason="needs POSIX files")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "repo"
    for folder in ("a/b", "c", ".git"):
        (root / folder).mkdir(parents=True)
    for path in ("Dockerfile", "a/Dockerfile", "a/b/Dockerfile", "c/Dockerfile"):
        (root / path).write_text("FROM x\n")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "Dockerfile").write_text("FROM x\n")
    monkeypatch.chdir(root / "a")
    return root


@pytest.mark.parametrize(
    ("paths", "named"),
    [
        ((".",), ("a",)),
        (("..",), (".",)),
        (("b/Dockerfile", "../c"), ("a/b/Dockerfile", "c")),
        (("../../out",), ("../out",)),
    ],
)
def test_paths_are_those_of_the_repository(repository: Path, paths: tuple[str, ...], named: tuple[str, ...]) -> None:
    workspace, got, prefix = open_workspace(Ask(paths=paths))
    if paths != ("../../out",):
        assert (workspace.root, got, prefix) == (repository, named, "a")
    else:  # it has no repository, and lies elsewhere
        assert (workspace.root, got, prefix) == (repository.parent / "out", (".",), "../repo/a")


def test_a_worktree_has_a_file_git(repository: Path) -> None:
    (repository / "c" / ".git").write_text("gitdir: elsewhere\n")
    workspace, got, prefix = open_workspace(Ask(paths=("../c/Dockerfile",)))
    assert (workspace.root, got, prefix) == (repository / "c", ("Dockerfile",), "../a")
    assert workspace.read("../a/Dockerfile") is None


def test_of_several_homes_each_is_read_and_nothing_between(repository: Path) -> None:
    workspace, got, prefix = open_workspace(Ask(paths=("b/Dockerfile", "../../out")))
    assert (workspace.root, got, prefix) == (repository.parent, ("repo/a/b/Dockerfile", "out"), "repo/a")
    (repository.parent / "between").write_text("")
    assert workspace.read("between") is None
    assert [problem.code for problem in workspace.problems] == ["outside"]
    assert workspace.read("repo/c/Dockerfile") is not None  # of the same repository
    assert workspace.homes == ("repo", "out")


def test_without_a_repository_the_working_directory_is_the_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x").mkdir()
    monkeypatch.chdir(tmp_path)
    workspace, got, prefix = open_workspace(Ask(paths=("x",)))
    assert (workspace.root, got, prefix) == (tmp_path, ("x",), "")


def test_the_text_of_stdin_has_a_name(repository: Path) -> None:
    workspace, got, _ = open_workspace(Ask(paths=("-",), stdin="FROM y\n", stdin_filename="new/Dockerfile"))
    assert got == ("a/new/Dockerfile",)
    source = workspace.read("a/new/Dockerfile")
    assert source is not None
    assert source.text == "FROM y\n"
    assert open_workspace(Ask(paths=("-",), stdin=""))[1] == ("a/stdin",)
    assert open_workspace(Ask(paths=("b", "-"), stdin="x"))[1] == ("a/b", "a/stdin")
    _, elsewhere, _ = open_workspace(Ask(paths=("-",), stdin="", stdin_filename="../c/Dockerfile"))
    assert elsewhere == ("c/Dockerfile",)


def test_named_settings_may_lie_outside(repository: Path) -> None:
    out = repository.parent / "out"
    for name in ("compose.yaml", "x.env", "policy.toml", "known.json", "other"):
        (out / name).write_text("")
    names = {name: f"../../out/{name}" for name in os.listdir(out)}
    ask = Ask(
        compose_files=(names["compose.yaml"],), env_files=(names["x.env"],),
        config=names["policy.toml"], baseline=names["known.json"],
    )  # fmt: skip
    workspace, _, _ = open_workspace(ask)
    readable = [name for name in sorted(names) if workspace.read(f"../out/{name}") is not None]
    assert readable == ["compose.yaml", "known.json", "policy.toml", "x.env"]


# --- which configuration counts --------------------------------------------------------------------------------------


def config(repository: Path, *folders: str) -> None:
    for folder in folders:
        (repository / folder / "dockguard.toml").write_text('fail-on = "low"\n')


@pytest.mark.parametrize(
    ("paths", "found"),
    [
        (("b",), "a/b/dockguard.toml"),
        (("b/Dockerfile",), "a/b/dockguard.toml"),
        (("Dockerfile",), "dockguard.toml"),
        (("b", "Dockerfile"), "dockguard.toml"),
        (("b/Dockerfile", "b"), "a/b/dockguard.toml"),
        (("b", "../c"), "dockguard.toml"),  # what holds both is the root
        (("..",), "dockguard.toml"),
        (("../c",), "dockguard.toml"),
    ],
)
def test_the_folder_that_holds_all_paths_brings_the_policy(
    repository: Path, paths: tuple[str, ...], found: str
) -> None:
    config(repository, "", "a/b")
    assert begin(Ask(paths=paths)).config.path == found


def test_paths_outside_bring_none(repository: Path) -> None:
    (repository.parent / "out" / "dockguard.toml").write_text('fail-on = "never"\n')
    assert begin(Ask(paths=("Dockerfile", "../../out/Dockerfile"))).config.path == ""


def test_a_named_configuration_and_none(repository: Path) -> None:
    config(repository, "", "a/b", "c")
    named = begin(Ask(paths=("b",), config="../c/dockguard.toml"))
    assert named.config.path == "c/dockguard.toml"
    alone = begin(Ask(paths=("b",), config="../c/dockguard.toml", isolated=True))
    assert (alone.config.path, alone.gate) == ("", Severity.HIGH)
    gone = begin(Ask(config="gone.toml"))
    assert [problem.path or problem.code for problem in gone.problems] != []


def test_what_is_out_of_force_is_told(repository: Path) -> None:
    config(repository, "a/b")
    (repository / "dockguard.toml").write_text("root = true\n")
    assert begin(Ask(paths=("b",))).notices == (
        "a/b/dockguard.toml is out of force: a configuration above it has root = true",
    )


@pytest.mark.parametrize(
    ("asked", "gate"),
    [(None, Severity.LOW), ("critical", Severity.CRITICAL), ("never", None), ("medium", Severity.MEDIUM)],
)
def test_the_gate_of_the_command_line_wins(repository: Path, asked: str | None, gate: Severity | None) -> None:
    config(repository, "a")
    assert begin(Ask(fail_on=asked)).gate is gate


@pytest.mark.parametrize("option", ["select", "extend_select", "ignore"])
def test_words_that_select_nothing(repository: Path, option: str) -> None:
    (problem,) = begin(Ask(**{option: ("compose/no-such-rule",)})).problems  # type: ignore[arg-type]
    assert problem.code == "unknown-rule"
    assert problem.message.endswith(f"in --{option.replace('_', '-')}")
    assert begin(Ask(**{option: ("compose",)})).problems == ()  # type: ignore[arg-type]


def test_globs_of_the_command_line_are_relative_to_where_it_is_typed(repository: Path) -> None:
    found = begin(Ask(paths=("..",), exclude=("b",), kinds=(("nginx", "Dockerfile"),))).discovery()(["."])
    assert found.files == {"Dockerfile": "dockerfile", "a/Dockerfile": "nginx", "c/Dockerfile": "dockerfile"}
    assert ("a/b", "excluded") in found.skipped


def test_options_of_a_rule(repository: Path) -> None:
    (repository / "dockguard.toml").write_text("")
    session = begin(Ask())
    rule = next(rule for rule in session.book.rules() if len(rule.options) > 1)
    first = next(iter(rule.options))
    assert session.options(rule) == rule.options
    session.config.options[rule.id] = {first: "other"}  # type: ignore[index]
    assert session.options(rule) == {**rule.options, first: "other"}


def test_a_folder_of_rules_that_cannot_be_read(repository: Path) -> None:
    (repository / "a" / "pages" / "compose").mkdir(parents=True)
    (repository / "a" / "pages" / "compose" / "x.md").write_text("no front matter\n")
    (problem,) = begin(Ask(rules=("pages",))).problems
    assert problem.code == "bad-rule"
    assert problem.message.startswith("pages/compose/x.md:1: a page begins with")


def test_the_whole_disk_is_nobodys_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x").mkdir()
    monkeypatch.chdir(tmp_path.anchor)
    workspace, got, _ = open_workspace(Ask(paths=(str(tmp_path / "x"),)))
    assert (workspace.root, got) == (tmp_path / "x", (".",))
