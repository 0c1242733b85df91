"""Which files a run is about: names, contents, ignores, links, and the heads above what was named."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dockguard.discover import Discovery, Found
from dockguard.formats import load
from dockguard.glob import PathGlob
from dockguard.workspace import MAX_BYTES, Workspace

posix = pytest.mark.skipif(os.name == "nt", reason="needs POSIX files")

COMPOSE = "services:\n  web:\n    image: nginx:1.27\n"
NGINX = "server {\n    listen 80;\n    location / { proxy_pass http://app; }\n}\n"


def discovery(
    files: dict[str, str], kinds: tuple[tuple[str, str], ...] = (), exclude: tuple[str, ...] = ()
) -> Discovery:
    globs = [PathGlob(pattern) for pattern in exclude]
    return Discovery(
        Workspace(None, texts=files),
        load(),
        [(kind, PathGlob(pattern)) for kind, pattern in kinds],
        lambda path: any(glob.matches(path) for glob in globs),
    )


def look(files: dict[str, str], *paths: str, exclude: tuple[str, ...] = ()) -> Found:
    return discovery(files, exclude=exclude)(paths or (".",))


def codes(found: Found) -> list[tuple[str, str]]:
    return [(problem.code, problem.path) for problem in found.problems]


def test_a_folder_is_searched_by_names_then_by_contents() -> None:
    found = look({
        "compose.yaml": COMPOSE, "Dockerfile": "FROM x\n", "app/api.Dockerfile": "FROM x\n", "nginx.conf": NGINX,
        "stack.yml": COMPOSE, "site.vhost": NGINX, "values.yaml": "a: 1\n", "notes.txt": COMPOSE, "README.md": NGINX,
    })  # fmt: skip
    assert found.files == {
        "compose.yaml": "compose", "Dockerfile": "dockerfile", "app/api.Dockerfile": "dockerfile",
        "nginx.conf": "nginx", "stack.yml": "compose", "site.vhost": "nginx",
    }  # fmt: skip
    assert (found.folders, found.context, found.skipped, found.problems) == ([""], set(), [], [])


def test_a_name_is_not_enough_where_the_text_is_something_else() -> None:
    files = {
        "Dockerfile.nanorc": 'syntax "Dockerfile"\n', "Dockerfile.dev": "FORM x\nRUN y\n", "Dockerfile": "FORM x\n",
        "filter.d/nginx-http-auth.conf": "# errors\n[Definition]\nfailregex = ^%(__prefix)s$\n",
        "nginx/lua.conf": "location / {\n    content_by_lua_block {\n[x]\n    }\n}\n",
    }  # fmt: skip
    found = look(files)
    assert set(found.files) == {"Dockerfile.dev", "Dockerfile", "nginx/lua.conf"}
    why = "something else by its text"
    assert found.skipped == [("Dockerfile.nanorc", why), ("filter.d/nginx-http-auth.conf", why)]
    assert codes(look(files, "Dockerfile.nanorc")) == [("unknown-kind", "Dockerfile.nanorc")]
    taken = discovery(files, (("dockerfile", "*.nanorc"),))(["Dockerfile.nanorc"])
    assert taken.files == {"Dockerfile.nanorc": "dockerfile"}


def test_a_named_file_is_taken_whatever_its_name() -> None:
    files = {"notes.txt": COMPOSE, "what.bin": "hello\n", "site": NGINX, ".env": "A=1\n", "a/.dockerignore": "x\n"}
    found = look(files, "notes.txt", "site", ".env", "a/.dockerignore")
    assert found.files == {"notes.txt": "compose", "site": "nginx"}
    assert found.context == {".env", "a/.dockerignore"}
    assert found.folders == []
    assert codes(look(files, "what.bin", "../out")) == [
        ("unknown-kind", "what.bin"), ("outside", "../out"),
    ]  # fmt: skip


def test_what_is_named_but_missing(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "secret").write_text("FROM x\n")
    found = Discovery(Workspace(tmp_path / "root"), load())(["gone", "../secret"])
    assert codes(found) == [("not-found", "gone"), ("outside", "../secret")]
    assert "lies outside the project" in found.problems[1].message
    assert found.files == {}


def test_a_named_file_that_is_refused_has_one_problem(tmp_path: Path) -> None:
    """Why it is refused is told by the workspace; that its kind is unknown too would only hide that."""
    (tmp_path / "big.txt").write_text("#" * (MAX_BYTES + 1))
    workspace = Workspace(tmp_path)
    found = Discovery(workspace, load())(["big.txt"])
    assert (found.files, found.problems) == ({}, [])
    assert [problem.code for problem in workspace.problems] == ["too-large"]


def test_given_kinds_decide_before_names() -> None:
    files = {"a/Dockerfile": "FROM x\n", "b/Dockerfile": "FROM x\n", "c.x": COMPOSE}
    found = discovery(files, kinds=(("nginx", "a/Dockerfile"), ("compose", "*.x"), ("dockerfile", "*.x")))(["."])
    assert found.files == {"a/Dockerfile": "nginx", "b/Dockerfile": "dockerfile", "c.x": "compose"}


# --- ignores ---------------------------------------------------------------------------------------------------------


def ignored(ignores: dict[str, str], *paths: str) -> list[str]:
    files = {**ignores, **dict.fromkeys(paths, COMPOSE)}
    return sorted(look(files).files)


def test_the_nearest_gitignore_has_the_last_word() -> None:
    ignores = {".gitignore": "*.yaml\n", "a/.gitignore": "!compose.yaml\n", "a/b/.gitignore": "/compose.yaml\n"}
    paths = ("compose.yaml", "a/compose.yaml", "a/docker-compose.yaml", "a/b/compose.yaml", "a/b/c/compose.yaml")
    assert ignored(ignores, *paths) == ["a/b/c/compose.yaml", "a/compose.yaml"]


def test_patterns_are_relative_to_their_file() -> None:
    paths = ("out/compose.yaml", "a/out/compose.yaml", "b/out/compose.yaml")
    assert ignored({"a/.gitignore": "/out/\n"}, *paths) == ["b/out/compose.yaml", "out/compose.yaml"]
    assert ignored({".gitignore": "/out\n"}, *paths) == ["a/out/compose.yaml", "b/out/compose.yaml"]


def test_a_folder_pattern_leaves_files_of_that_name() -> None:
    assert ignored({".gitignore": "compose.yaml/\n"}, "compose.yaml", "a/compose.yaml/Dockerfile") == ["compose.yaml"]


def test_nothing_below_an_ignored_folder_comes_back() -> None:
    ignores = {".gitignore": "out/\n!out/compose.yaml\n", "out/.gitignore": "!*\n"}
    found = look({**ignores, "out/compose.yaml": COMPOSE, "compose.yaml": COMPOSE})
    assert sorted(found.files) == ["compose.yaml"]
    assert found.skipped == [("out", ".gitignore")]


def test_what_is_left_out_is_told_with_why() -> None:
    files = {
        ".gitignore": "*.local.yml\n", "x.local.yml": COMPOSE, "old/Dockerfile": "FROM x\n", "a.yaml": "a: 1\n",
        "node_modules/p/Dockerfile": "FROM x\n", "web/vendor/Dockerfile": "FROM x\n", "gen.Dockerfile": "FROM x\n",
    }  # fmt: skip
    found = look(files, exclude=("old", "gen.*", "a.yaml"))
    assert found.files == {}
    assert sorted(found.skipped) == [
        ("gen.Dockerfile", "excluded"), ("node_modules", "vendored folder"), ("old", "excluded"),
        ("web/vendor", "vendored folder"), ("x.local.yml", ".gitignore"),
    ]  # fmt: skip


def test_named_is_named() -> None:
    """Ignores are about searching; what somebody names is judged."""
    files = {".gitignore": "out/\n*.yaml\n", "out/compose.yaml": COMPOSE, "vendor/Dockerfile": "FROM x\n"}
    assert look(files, "out/compose.yaml", "vendor/Dockerfile").files == {
        "out/compose.yaml": "compose", "vendor/Dockerfile": "dockerfile",
    }  # fmt: skip
    assert look(files, "vendor").files == {"vendor/Dockerfile": "dockerfile"}


def test_a_file_that_is_named_keeps_its_place_when_its_folder_is_searched() -> None:
    files = {".gitignore": "compose.yaml\n", "compose.yaml": COMPOSE, "a/compose.yaml": COMPOSE}
    found = look(files, "compose.yaml", ".")
    assert sorted(found.files) == ["compose.yaml"]
    assert found.skipped == [("a/compose.yaml", ".gitignore")]


# --- links -----------------------------------------------------------------------------------------------------------


@posix
def test_links(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "a").mkdir(parents=True)
    (root / "a" / "Dockerfile").write_text("FROM x\n")
    (root / "linked").symlink_to(root / "a")
    (root / "api.Dockerfile").symlink_to(root / "a" / "Dockerfile")
    (tmp_path / "Dockerfile").write_text("FROM secret\n")
    (root / "Dockerfile").symlink_to(tmp_path / "Dockerfile")
    workspace = Workspace(root)
    look_at = Discovery(workspace, load())
    assert set(look_at(["."]).files) == {"Dockerfile", "a/Dockerfile", "api.Dockerfile"}
    assert workspace.read("Dockerfile") is None  # found by its name, refused when it is read
    assert set(look_at(["linked"]).files) == {"linked/Dockerfile"}  # named is named


# --- what was asked for, and its context -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("named", "path", "covered"),
    [
        ("a", "a/Dockerfile", True),
        ("a", "ab/Dockerfile", False),
        ("a", "b/a/Dockerfile", False),
        (".", "b/Dockerfile", True),
        ("a/Dockerfile", "a/Dockerfile", True),
        ("a/Dockerfile", "a/compose.yaml", False),
        ("a/.env", "a/.env", True),
        ("a/.env", "a/Dockerfile", False),
    ],
)
def test_covers(named: str, path: str, covered: bool) -> None:
    names = ("a/Dockerfile", "ab/Dockerfile", "b/a/Dockerfile", "b/Dockerfile", "a/compose.yaml", "a/.env")
    assert look(dict.fromkeys(names, "FROM x\n"), named).covers(path) is covered


ABOVE = {
    "compose.yaml": COMPOSE, "a/compose.yaml": COMPOSE, "a/b/Dockerfile": "FROM x\n", "a/nginx.conf": "",
    "a/b/c/compose.yaml": COMPOSE, "other/compose.yaml": COMPOSE, "a/Dockerfile": "FROM x\n", ".env": "",
}  # fmt: skip


@pytest.mark.parametrize(
    ("named", "context"),
    [
        (("a/b/Dockerfile",), ["a/compose.yaml", "compose.yaml"]),
        (("a/b",), ["a/compose.yaml", "compose.yaml"]),
        ((".env",), ["compose.yaml"]),
        (("a/compose.yaml",), ["compose.yaml"]),
        (("compose.yaml",), []),
        ((".",), []),
    ],
)
def test_heads_above_what_was_named(named: tuple[str, ...], context: list[str]) -> None:
    look_at = discovery(ABOVE)
    found = look_at(named)
    ancestors = look_at.ancestors(found)
    assert sorted(ancestors) == context
    assert set(ancestors.values()) <= {"compose"}


def test_ignored_heads_are_no_context() -> None:
    look_at = discovery({**ABOVE, ".gitignore": "/compose.yaml\n"})
    assert sorted(look_at.ancestors(look_at(["a/b/Dockerfile"]))) == ["a/compose.yaml"]


def test_heads_above_the_root_are_not_looked_for(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(COMPOSE)
    (tmp_path / "side").mkdir()
    (tmp_path / "side" / "Dockerfile").write_text("FROM x\n")
    (tmp_path / "root").mkdir()
    look_at = Discovery(Workspace(tmp_path / "root", [tmp_path / "side"]), load())
    found = look_at(["../side"])
    assert (found.files, look_at.ancestors(found)) == ({"../side/Dockerfile": "dockerfile"}, {})
