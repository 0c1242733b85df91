"""The only reader refuses what it must, remembers why, and opens nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dockguard.source import Source
from dockguard.workspace import MAX_BYTES, Workspace, join

posix = pytest.mark.skipif(os.name == "nt", reason="needs POSIX files")


def test_reads_once(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    workspace = Workspace(tmp_path)
    first = workspace.read("a")
    (tmp_path / "a").write_text("y")
    assert workspace.read("a") is first
    assert workspace.read("missing") is None
    assert workspace.read("a/below") is None
    assert workspace.problems == ()


def test_parses_once(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    calls = []

    def parse(source: Source) -> str:
        calls.append(source.path)
        return source.text

    workspace = Workspace(tmp_path)
    assert workspace.tree("a", parse) == workspace.tree("a", parse) == "x"
    assert calls == ["a"]


@posix
@pytest.mark.parametrize("make", ["outside", "link", "folder link", "fifo", "device", "large"])
def test_refusals(tmp_path: Path, make: str) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "secret").write_text("key")
    path = "x"
    if make == "outside":
        path = "../secret"
    elif make == "link":
        (root / "x").symlink_to(tmp_path / "secret")
    elif make == "folder link":
        (root / "d").symlink_to(tmp_path)
        path = "d/secret"
    elif make == "fifo":
        os.mkfifo(root / "x")
    elif make == "device":
        path = "/dev/zero"
    else:
        (root / "x").write_bytes(b"#" * (MAX_BYTES + 1))
    workspace = Workspace(root)
    assert workspace.read(path) is None
    (problem,) = workspace.problems
    assert path in problem.message
    assert problem.code in ("outside", "not-a-file", "too-large")


@posix
def test_links_inside_are_fine_but_not_walked(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "f").write_text("x")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "alias").symlink_to(tmp_path / "real" / "f")
    workspace = Workspace(tmp_path)
    assert workspace.read("alias") is not None
    assert list(workspace.walk("", lambda path: True)) == ["alias", "real/f"]


def test_named_places_outside_are_read(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "f").write_text("x")
    workspace = Workspace(tmp_path / "root", [tmp_path / "other"])
    assert workspace.read("../other/f") is not None
    assert workspace.read("../f") is None


def test_texts_stand_in_for_files() -> None:
    workspace = Workspace(None, texts={"a/b/c": "x", "a/d": "y"})
    assert workspace.listing("a") == (("b", True), ("d", False))
    assert [workspace.entry(path) for path in ("a", "a/b/c", "", "z")] == ["dir", "file", "dir", ""]
    assert list(workspace.walk("", lambda path: True)) == ["a/d", "a/b/c"]


@pytest.mark.parametrize(
    ("folder", "path", "result"),
    [("a/b", "../c", "a/c"), ("", "./x", "x"), ("a", "/etc/x", "/etc/x"), ("a", "../../x", "../x"), ("a", ".", "a")],
)
def test_join(folder: str, path: str, result: str) -> None:
    assert join(folder, path) == result


def test_a_folder_that_cannot_be_listed_is_told_where_it_was_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(_: str) -> None:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "x").mkdir()
    monkeypatch.setattr(os, "scandir", closed)
    context, named = Workspace(tmp_path), Workspace(tmp_path, [tmp_path / "x"])
    assert context.listing("x") == named.listing("x") == ()
    assert context.problems == ()
    assert [(p.code, p.path) for p in named.problems] == [("unreadable", "x")]
