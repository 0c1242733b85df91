"""The files that the examples of all pages are made of, and the same with one value changed: food for every rule."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from functools import cache

from dockguard import testing
from dockguard.pack import builtin, read
from dockguard.rulebook import rulebook
from dockguard.run import judge_texts


@cache
def examples() -> list[tuple[str, str]]:
    """(path, text) of every example of every page, but for configurations of dockguard."""
    pages = (read(path.stem, path.read_text(encoding="utf-8")) for path in sorted(builtin().glob("*/*.md")))
    files = (item for page in pages for case in testing.cases(page) for item in testing.bare(case.example).items())
    return [(path, text) for path, text in files if not path.endswith(".toml")]


def changed(wanted: Callable[[str], bool], line: re.Pattern[str], values: Iterable[str]) -> list[tuple[str, str]]:
    """Every example whose path is wanted, with the second group of each such line replaced by each of the values."""
    found = {
        (path, f"{text[: match.start(2)]}{value}{text[match.end(2) :]}")
        for path, text in examples()
        if wanted(path)
        for match in line.finditer(text)
        for value in values
    }
    return sorted(found)


def judge(families: tuple[str, ...], files: list[tuple[str, str]], every: int) -> None:
    """All rules of these families about one of so many files, about all with DOCKGUARD_LONG; raises what one raises."""
    rules = rulebook().rules(families)
    for path, text in files[:: 1 if os.environ.get("DOCKGUARD_LONG") else every]:
        judge_texts({path: text}, rules)
