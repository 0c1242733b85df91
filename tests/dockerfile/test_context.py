"""Contexts, `.dockerignore`, bake files."""

from __future__ import annotations

import json
import re
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dockguard.formats.dockerfile import bake_hcl
from dockguard.formats.dockerfile.files.ignore import _REGEX, _simulate, parse, tokens
from dockguard.source import Source
from tests.dockerfile.helpers import image, images, request


def ignored(patterns: str, path: str) -> bool:
    return parse(Source(".dockerignore", patterns)).ignores(path) is not None


@pytest.mark.parametrize(
    ("patterns", "path", "expected"),
    [
        (".env", ".env", True),
        (".env", "a/.env", False),
        ("**/.env", "a/b/.env", True),
        ("**/.env", ".env", True),
        ("/a", "a/b", True),
        ("a/", "a/b", True),
        ("*.key", "x.key", True),
        ("*.key", "a/x.key", False),
        ("a/*/c", "a/b/c", True),
        ("a/?", "a/b", True),
        ("[ab].c", "b.c", True),
        ("[^ab].c", "b.c", False),
        ("*\n!a", "a", False),
        ("*\n!a", "b", True),
        ("*\n!a/b", "a/b", False),
        ("*\n!a/b", "a/c", True),
        ("!a\n*", "a", True),
        ("# a\n\n a ", "a", True),
        ("a\\*", "a*", True),
        ("a\\*", "ab", False),
        ("a.b", "axb", False),
        ("a+(b)", "a+(b)", True),
        ("**", "a/b", True),
        ("./a/../b", "b", True),
        ("a**b", "axyb", True),
    ],
)
def test_patterns_are_mobys(patterns: str, path: str, expected: bool) -> None:
    assert ignored(patterns, path) is expected


@settings(max_examples=300)
@given(st.lists(st.sampled_from(["a", "b", "*", "?", "/"]), max_size=7), st.text(alphabet="ab/", max_size=7))
@example(["b", "*", "*", "*", "/"], "b")  # `**/` behind a letter matches nothing, too
def test_both_ways_of_matching_agree(parts: list[str], path: str) -> None:
    found = tokens("".join(parts).replace("**", "*"))
    regex = re.compile("".join(_REGEX[kind](text) for kind, text in found), re.DOTALL)
    assert _simulate(found, path) == (regex.fullmatch(path) is not None)


def test_hostile_patterns_take_no_time() -> None:
    assert not ignored("*a" * 200 + "b", "a" * 2000)
    assert not ignored("**/" * 100 + "b", "a/" * 500 + "c")


def test_the_dockerfiles_own_ignore_file_wins() -> None:
    built = image({"x/Dockerfile": "FROM a\nCOPY . .", "x/Dockerfile.dockerignore": "a", "x/.dockerignore": "b"})
    assert built.context.ignore is not None
    assert built.context.ignore.source.path == "x/Dockerfile.dockerignore"
    assert [source.path for source in built.sources] == ["x/Dockerfile", "x/Dockerfile.dockerignore"]


def test_a_dockerfile_alone_is_built_where_its_files_are() -> None:
    files = {"docker/Dockerfile": "FROM a\nCOPY src/app.py /app/", "src/app.py": ""}
    built = image(files)
    assert built.context.folder == ""
    assert built.files.items[0].path == "src/app.py"


def test_requests_name_the_context() -> None:
    files = {"a/Dockerfile": "FROM a\nCOPY x y /d/\nCOPY *.py /p/", "b/x": "", "b/m.py": ""}
    built = image(files, request(context="b", dockerfile="a/Dockerfile"))
    x, y, scripts = built.files
    assert (x.path, x.missing.value, y.missing.value) == ("b/x", None, "y")
    assert scripts.paths == ("b/m.py",)


def test_bake_files_ask_for_targets() -> None:
    bake = {
        "target": {
            "_common": {"args": {"V": "2"}, "dockerfile": "Dockerfile"},
            "app": {"inherits": ["_common"], "target": "prod", "args": {"W": "3"}},
        }
    }
    files = {"Dockerfile": "ARG V\nFROM a:$V AS prod\nFROM b AS test", "docker-bake.json": json.dumps(bake)}
    found = images(files)
    by_name = {built.requested_by: built for built in found}
    app = by_name[("docker-bake.json: app",)]
    assert (app.base.known, app.final.name, app.of_service) == ("a:2", "prod", False)


HCL = """
// what is built
variable "V" { default = "2" }
variable "STAGE" {}
group "default" { targets = ["app", "other"] }
target "_common" {
  args = { V = V, "W" = "w${V}", X = upper("x") /* a call */ }
  description = <<EOT
target "none" { target = "test" }
EOT
}
target "app" {
  inherits = ["_common"]
  tags = [equal("", V) ? "a" : "b${V == "" ? "{" : "}"}",
    "c",
  ]
  target = "prod"
}
target "other" {
  target = STAGE
}
"""


def test_bake_files_in_hcl_ask_for_targets_too() -> None:
    files = {"Dockerfile": "ARG V\nFROM a:$V AS prod\nFROM b AS test\nFROM c", "docker-bake.hcl": HCL}
    found = {built.requested_by: built for built in images(files)}
    app = found["docker-bake.hcl: app",]
    assert (app.base.known, app.final.name) == ("a:2", "prod")
    assert [one for (one,) in found] == ["docker-bake.hcl: _common", "docker-bake.hcl: app"]
    assert all(stage.requested for stage in app.stages)  # `other` may ask for any of them
    last = {**files, "docker-bake.override.hcl": 'target "other" { target = "test" }\n'}
    used = {stage.name: stage.requested for built in images(last) for stage in built.stages}
    assert used == {"prod": True, "test": True, "": True}


@given(st.lists(st.sampled_from(['"', "${", "}", "{", "[", "]", "=", " ", "\n", "a", "target", '"x"', "<<A", "/*", "*/",
                                 "#", "\\", ",", "(", ")", "%{", "1", "${V}"]), max_size=60).map("".join))  # fmt: skip
def test_no_text_is_too_broken_for_the_reader_of_hcl(text: str) -> None:
    assert set(bake_hcl.targets(f'target "first" {{ target = "a" }}\n{text}')) >= {"first"}


@pytest.mark.parametrize(
    "text", ['a="${' * 30_000, "x=[" * 30_000, "a=<<A\n" * 30_000, "a = /* " * 30_000, "{" * 30_000]
)
def test_hostile_hcl_ends_soon(text: str) -> None:
    start = time.process_time()
    bake_hcl.targets(text)
    assert time.process_time() - start < 5


@pytest.mark.parametrize("text", ["", "[]", '{"target": 1}', '{"target": {"a": 1}}', "{" * 5000, '{"target": {}}'])
def test_broken_bake_files_ask_for_nothing(text: str) -> None:
    (built,) = images({"Dockerfile": "FROM a", "docker-bake.json": text})
    assert built.request is None
