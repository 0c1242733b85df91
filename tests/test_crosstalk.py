"""What every other rule says on the examples of each page, in one table that a person reads: noise shows there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from dockguard import testing
from dockguard.pack import builtin, read
from dockguard.rulebook import rulebook
from dockguard.run import judge_texts

TABLE = Path(__file__).with_name("crosstalk.txt")


def lines() -> Iterator[str]:
    rules = [rule for rule in rulebook().rules() if rule.family != "meta"]
    for path in sorted(builtin().glob("*/*.md")):
        own = f"{path.parent.name}/{path.stem}"
        page = read(own, path.read_text(encoding="utf-8"), str(path.parent))
        said: Counter[str] = Counter()
        for case in testing.cases(page):
            if case.example.role != "fixed" and own.partition("/")[0] != "meta":
                said.update(r.rule.id for r in judge_texts(testing.bare(case.example), rules) if r.rule.id != own)
        if said:
            yield f"{own}: " + ", ".join(f"{rule} {count}" for rule, count in sorted(said.items()))


def test_crosstalk(request: pytest.FixtureRequest) -> None:
    """`pytest --accept` redraws the table; read the difference before you commit it."""
    text = "".join(f"{line}\n" for line in lines())
    if request.config.getoption("--accept"):
        TABLE.write_text(text, encoding="utf-8", newline="\n")
    assert TABLE.read_text(encoding="utf-8") == text
