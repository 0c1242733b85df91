"""Rule pages in pytest: every page's examples are its tests. `-p dockguard.pytest_plugin`, option `--accept`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from dockguard import testing
from dockguard.pack.load import FAMILIES, understand
from dockguard.pack.page import read
from dockguard.report import Report
from dockguard.run import every_kind, judge_texts


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--accept` rewrites what the pages expect to what the rules say; read the difference before you commit it."""
    parser.addoption("--accept", action="store_true", help="rewrite the examples of rule pages to what is found")


def pytest_collect_file(parent: pytest.Collector, file_path: Path) -> pytest.Collector | None:
    """A Markdown file in a folder named like a family is a page."""
    if file_path.suffix == ".md" and file_path.parent.name in FAMILIES:
        return PageFile.from_parent(parent, path=file_path)
    return None


class PageFile(pytest.File):
    """One page; its first test is that it is complete and well typed."""

    def collect(self) -> Iterator[pytest.Item]:
        """The page itself, then each example."""
        yield PageItem.from_parent(self, name="page", case=None)
        text = self.path.read_text(encoding="utf-8")
        page = read(self.path.name, text, str(self.path.parent))
        if page.meta.get("status") != "removed":
            for number, case in enumerate(testing.cases(page), 1):
                yield PageItem.from_parent(self, name=f"{number} {case.name}", case=case)


class PageItem(pytest.Item):
    """One example, or the page as a whole."""

    def __init__(self, *, case: testing.Case | None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.case = case

    def runtest(self) -> None:
        """Fails with the difference between what the page and the rule say."""
        text = self.path.read_text(encoding="utf-8")
        page = read(f"{self.path.parent.name}/{self.path.name}", text, str(self.path.parent))
        if page.meta.get("status") == "removed":
            return
        rule = understand(page, f"{self.path.parent.name}/{self.path.stem}", self.path, every_kind(), check=True)

        def check(files: Mapping[str, str]) -> Iterable[Report]:
            return judge_texts(files, [rule])

        if self.case is None:
            if self.config.getoption("--accept"):
                self.path.write_text(testing.accepted(page, check), encoding="utf-8", newline="\n")
        elif not self.config.getoption("--accept"):
            difference = testing.failure(self.case, check)
            if difference:
                raise ExampleError(difference)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The difference alone, without a stack."""
        if isinstance(excinfo.value, (ExampleError, ValueError)):
            return f"{self.path}: {self.name}\n{excinfo.value}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """What pytest prints for it."""
        return self.path, None, f"{self.path.parent.name}/{self.path.stem}: {self.name}"


class ExampleError(Exception):
    """An example and its rule say different things."""
