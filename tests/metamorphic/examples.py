"""The examples of all rule pages, and which of their files belong to which format."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from dockguard import testing
from dockguard.formats import load
from dockguard.pack import builtin, read


@dataclass(frozen=True)
class Sample:
    """The files of one example, and what it is called."""

    name: str
    files: Mapping[str, str]


@cache
def samples() -> tuple[Sample, ...]:
    """Every Bad and Good of every page that is about files, not about suppressions."""
    return tuple(_samples())


def _samples() -> Iterator[Sample]:
    for path in sorted(builtin().glob("*/*.md")):
        if path.parent.name != "meta":
            page = read(f"{path.parent.name}/{path.stem}", path.read_text(encoding="utf-8"), str(path.parent))
            for number, case in enumerate(testing.cases(page), 1):
                if case.example.role != "fixed":
                    yield Sample(f"{path.parent.name}/{path.stem} {number}", testing.bare(case.example))


def written_for(files: Mapping[str, str], family: str) -> Iterator[str]:
    """The paths of a format's files that hold no order to be silent, which is bound to lines."""
    found = next(item for item in load() if item.name == family)
    for path, text in files.items():
        if found.matches(path) and "dockguard:" not in text:
            yield path
