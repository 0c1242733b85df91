"""Where nothing may be skipped, a skip fails, unless its reason names a variable of ours that is unset."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from tests.repo.checkout import ROOT, run

TESTS = """
import pytest

def test_good(): pass
def test_tool(): pytest.skip("nginx is not installed")
def test_corpus(): pytest.skip("DOCKGUARD_CORPUS is not set")
@pytest.mark.skipif(True, reason="no npm")
def test_marked(): pass
@pytest.mark.xfail(strict=True)
def test_expected(): assert False
"""


def closing(tmp_path: Path, *options: str, **environment: str | None) -> str:
    """What pytest says last about the tests above, with our conftest."""
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_it.py").write_text(TESTS)
    (tmp_path / "test_module.py").write_text('import pytest\npytest.importorskip("no_such_module_at_all")\n')
    done = run([sys.executable, "-m", "pytest", *options, tmp_path], tmp_path, PYTEST_XDIST_WORKER=None, **environment)
    return done.stdout.splitlines()[-1]


def test_by_default_skips_are_skips(tmp_path: Path) -> None:
    last = closing(tmp_path, DOCKGUARD_NO_SKIP=None, DOCKGUARD_CORPUS=None)
    assert "1 passed, 4 skipped, 1 xfailed" in last


@pytest.mark.parametrize("options", [(), ("-n", "1")], ids=["one process", "xdist"])
def test_in_a_strict_run_they_fail(options: tuple[str, ...], tmp_path: Path) -> None:
    if options:
        pytest.importorskip("xdist", reason="pytest-xdist is not installed")
    options = ("--continue-on-collection-errors", *options)
    last = closing(tmp_path, *options, DOCKGUARD_NO_SKIP="1", DOCKGUARD_CORPUS=None)
    assert "1 failed, 1 passed, 1 skipped, 1 xfailed, 2 errors" in last


def test_a_variable_that_is_set_is_no_excuse(tmp_path: Path) -> None:
    last = closing(tmp_path, "--continue-on-collection-errors", DOCKGUARD_NO_SKIP="1", DOCKGUARD_CORPUS=str(tmp_path))
    assert "2 failed, 1 passed, 1 xfailed, 2 errors" in last
