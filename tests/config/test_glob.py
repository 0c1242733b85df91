import time
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockguard.glob import PathGlob, glob_problem, word_glob


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("dev/**", "dev/a/Dockerfile", True),
        ("dev/**", "dev", True),
        ("dev", "dev/a/Dockerfile", True),
        ("dev", "x/dev/Dockerfile", True),
        ("dev/", "x/dev/Dockerfile", True),
        ("dev/*", "x/dev/Dockerfile", False),
        ("./dev", "x/dev/Dockerfile", True),
        ("/dev", "x/dev/Dockerfile", False),
        ("/dev", "dev/Dockerfile", True),
        ("*.ngx", "ops/a.ngx", True),
        ("*.ngx", "ops/a.ngx.txt", False),
        ("ops/*.ngx", "ops/a.ngx", True),
        ("ops/*.ngx", "ops/x/a.ngx", False),
        ("**/compose.test.yaml", "compose.test.yaml", True),
        ("**/compose.test.yaml", "a/b/compose.test.yaml", True),
        ("**/compose.test.yaml", "a/b/compose.yaml", False),
        ("a/**/z", "a/z", True),
        ("a/**/z", "a/b/c/z", True),
        ("a/**/z", "a/b/c/y", False),
        ("a/**/b/**/z", "a/x/b/y/b/z", True),
        ("deploy/**/*.conf.tmpl", "deploy/a/b/x.conf.tmpl", True),
        ("[ab].yml", "b.yml", True),
        ("[", "[", True),
        ("?.yml", "ab.yml", False),
    ],
)
def test_path_globs(pattern, path, expected):
    assert PathGlob(pattern).matches(path) is expected


def test_a_glob_is_relative_to_its_file():
    glob = PathGlob("dev/**", "services/web")
    assert glob.matches("services/web/dev/x")
    assert not glob.matches("dev/x")
    assert not glob.matches("services/website/dev/x")


@pytest.mark.parametrize("pattern", ["", "/", "!dev", "a\\b", "../x", "a/../b", "a\0"])
def test_what_is_no_glob(pattern):
    assert glob_problem(pattern)


def test_no_pattern_blows_up():
    started = time.process_time()
    assert not PathGlob("/".join(["**", "*a*a*a*a*a*a*b"] * 20)).matches("/".join(["a" * 200] * 100))
    assert not word_glob("*a" * 30 + "b").match("a" * 5000)
    assert time.process_time() - started < 8


_SEGMENT = st.text("ab*?", min_size=1, max_size=3).filter(lambda text: text != "**")


@given(
    st.lists(_SEGMENT, min_size=2, max_size=4), st.lists(st.text("ab", min_size=1, max_size=3), min_size=1, max_size=5)
)
def test_without_double_stars_it_is_what_pathlib_says_of_a_path_or_its_folders(pattern, parts):
    text = "/".join(pattern)
    prefixes = ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]
    expected = any(
        len(PurePosixPath(prefix).parts) == len(pattern) and PurePosixPath(prefix).match(text) for prefix in prefixes
    )
    assert PathGlob(text).matches("/".join(parts)) is expected
