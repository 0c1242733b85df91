"""The wheel and the sdist hold every rule page, and nothing that is not ours."""

from __future__ import annotations

import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.repo.checkout import PAGES, ROOT, run


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel, built from the sdist as an installer would, without a network."""
    pytest.importorskip("build", reason="build is not installed")
    pytest.importorskip("hatchling", reason="hatchling is not installed")
    folder = tmp_path_factory.mktemp("dist")
    done = run([sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT], folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def wheel_names(folder: Path) -> set[str]:
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        return set(wheel.namelist())


def test_every_page_is_in_the_wheel(built: Path) -> None:
    names = wheel_names(built)
    pages = {f"dockguard/rules/{page.parent.name}/{page.name}" for page in PAGES}
    assert pages
    assert pages <= names
    assert len([name for name in names if name.endswith(".md") and "/rules/" in name]) == len(pages)


def test_siblings_and_tables_are_too(built: Path) -> None:
    beside = {
        f"dockguard/rules/{file.parent.name}/{file.name}"
        for pattern in ("*/*.py", "*/*.json", "*/*.toml")
        for file in (ROOT / "rules").glob(pattern)
    }
    assert beside <= wheel_names(built)


def test_data_files_and_the_marker_of_types_are(built: Path) -> None:
    data = {file.relative_to(ROOT).as_posix() for file in (ROOT / "dockguard").rglob("*.json")}
    assert data | {"dockguard/py.typed"} <= wheel_names(built)


def test_the_wheel_holds_the_package_alone(built: Path) -> None:
    tops = {name.split("/")[0] for name in wheel_names(built)}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"dockguard"}
    assert not [name for name in wheel_names(built) if "__pycache__" in name or "/tests/" in name]


def test_the_licence_and_the_command_are_there(built: Path) -> None:
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        info = next(name.split("/")[0] for name in wheel.namelist() if ".dist-info/" in name)
        assert b"dockguard = dockguard.cli:main" in wheel.read(f"{info}/entry_points.txt")
        metadata = wheel.read(f"{info}/METADATA").decode()
        assert "License-Expression: Apache-2.0" in metadata
        assert "Apache License" in wheel.read(f"{info}/licenses/LICENSE").decode()


def test_the_sdist_can_be_tested(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as sdist:
        names = {name.split("/", 1)[1] for name in sdist.getnames() if "/" in name}
    assert {"pyproject.toml", "Makefile", "conftest.py", "tests/conftest.py", "fixtures/shop/compose.yaml"} <= names
    assert {f"rules/{page.parent.name}/{page.name}" for page in PAGES} <= names
