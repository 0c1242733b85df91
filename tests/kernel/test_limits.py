"""The limits of the only reader: sizes, encodings, links, and one problem for each path."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dockguard.source import Source
from dockguard.workspace import MAX_BYTES, Workspace, decode, folder_of

posix = pytest.mark.skipif(os.name == "nt", reason="needs POSIX files")


def test_the_largest_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"#" * MAX_BYTES)
    (tmp_path / "b").write_bytes(b"#" * (MAX_BYTES + 1))
    workspace = Workspace(tmp_path)
    source = workspace.read("a")
    assert source is not None
    assert len(source.text) == MAX_BYTES
    assert workspace.read("b") is None
    assert [problem.message for problem in workspace.problems] == ["b is larger than 1024 KiB, so it is not read"]


def test_who_asked_first_is_named(tmp_path: Path) -> None:
    at = Source("x", "include ../a").span(8, 12)
    workspace = Workspace(tmp_path)
    for _ in range(2):
        assert workspace.read("../b") is None
        assert workspace.read("../a", at) is None
        assert workspace.read("../a") is None
    assert [(p.code, p.path, p.span) for p in workspace.problems] == [
        ("outside", "../a", at), ("outside", "../b", None),
    ]  # fmt: skip


def test_a_folder_is_no_text_and_no_problem(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    workspace = Workspace(tmp_path)
    assert workspace.read("d") is None
    assert workspace.problems == ()
    assert workspace.read("a\0b") is None
    assert [problem.code for problem in workspace.problems] == ["outside"]
    assert [workspace.entry(path) for path in ("d", "x", "..", "a\0b", ".")] == ["dir", "", "", "", "dir"]


def test_a_neighbour_with_a_longer_name_is_outside(tmp_path: Path) -> None:
    for folder in ("root", "root-secret"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "f").write_text("x")
    workspace = Workspace(tmp_path / "root")
    assert workspace.read("f") is not None
    assert workspace.read("../root-secret/f") is None
    assert not workspace.inside("../root-secret/f")


@posix
def test_links_in_the_middle_of_a_path(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "real" / "deep").mkdir(parents=True)
    (root / "real" / "deep" / "f").write_text("x")
    (tmp_path / "f").write_text("key")
    (root / "way").symlink_to("real")
    (root / "out").symlink_to("..")
    (root / "loop").symlink_to("loop")
    workspace = Workspace(root)
    assert workspace.read("way/deep/f") is not None
    assert workspace.read("way/deep/../../f") is None
    assert workspace.read("out/f") is None
    assert workspace.read("loop") is None
    assert workspace.entry("loop") == ""
    assert "out/f" in [problem.path for problem in workspace.problems]


@pytest.mark.parametrize(
    ("data", "text", "encoding", "bom", "lossy"),
    [
        (b"", "", "utf-8", False, False),
        (b"\xef\xbb\xbfa", "a", "utf-8", True, False),
        (b"\xff\xfea\0", "a", "utf-16-le", True, False),
        (b"\xfe\xff\0a", "a", "utf-16-be", True, False),
        (b"\xff\xfea", "\ufffd", "utf-16-le", True, True),
        (b"a\xff", "a\ufffd", "utf-8", False, True),
        ("a\ufffd".encode(), "a\ufffd", "utf-8", False, False),
    ],
)
def test_decoding(data: bytes, text: str, encoding: str, bom: bool, lossy: bool) -> None:
    source = decode("f", data)
    assert (source.path, source.text, source.encoding, source.bom, source.lossy) == ("f", text, encoding, bom, lossy)


@pytest.mark.parametrize(("path", "folder"), [("a/b/c", "a/b"), ("a", ""), ("", ""), ("../a", ".."), ("/a", "")])
def test_folders(path: str, folder: str) -> None:
    assert folder_of(path) == folder


def test_values_are_made_once() -> None:
    workspace, made = Workspace(None), []
    for key in (("a", 1), ("a", 1), ("a", 2)):
        workspace.memo(key, lambda key=key: made.append(key))
    assert made == [("a", 1), ("a", 2)]
