"""What is found does not depend on where one stands."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from dockguard.run import check
from dockguard.settings import Ask
from tests.repo.checkout import FIXTURE


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FIXTURE, tmp_path / "projects" / "shop"))


def found(*paths: Path) -> set[tuple[str, str, int]]:
    """What a run says, by rule, file name and line."""
    run = check(Ask(paths=tuple(map(str, paths)), isolated=True))
    assert not run.problems
    places = [(report.rule.id, report.span.outer) for report in run.reports]
    return {(rule, span.source.path.rpartition("/")[2], span.line) for rule, span in places}


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX links")
def test_everywhere_the_same(shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shop)
    said = found(Path("."))
    assert any(rule.startswith("stack/") for rule, *_ in said)
    (tmp_path / "elsewhere" / ".git").mkdir(parents=True)
    (tmp_path / "elsewhere" / "Dockerfile").write_text("FROM scratch\n")
    for folder in (shop.parent, shop / "app", tmp_path / "elsewhere", Path(tmp_path.anchor)):
        monkeypatch.chdir(folder)
        assert found(shop) == said, folder
    (tmp_path / "link").symlink_to(shop)
    assert found(tmp_path / "link") == said
    both = found(tmp_path / "elsewhere" / "Dockerfile", shop)
    assert both >= said  # of two homes each is whole
