"""Pairs of files that say the same: each sample with each change that there is something to change for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random

from tests.metamorphic.change import Change
from tests.metamorphic.examples import Sample, written_for
from tests.metamorphic.verdict import Said, difference, verdict


@dataclass(frozen=True)
class Pair:
    """A sample, and its files as a change wrote them."""

    sample: Sample
    change: Change
    path: str
    files: dict[str, str]

    @property
    def name(self) -> str:
        """What was changed where."""
        return f"{self.sample.name}, {self.path}: {self.change.name}"


def pairs(sample: Sample, changes: Iterable[Change]) -> Iterator[Pair]:
    """The pairs of a sample, the same ones in every run."""
    for change in changes:
        for path in written_for(sample.files, change.family):
            files = change.make(sample.files, path, Random(f"{sample.name} {path} {change.name}"))
            if files is not None and files != sample.files:
                yield Pair(sample, change, path, files)


def differences(sample: Sample, changes: Iterable[Change]) -> Iterator[tuple[Pair, list[str]]]:
    """Each pair, and what is said of one side only."""
    before: Said | None = None
    for pair in pairs(sample, changes):
        before = verdict(sample.files) if before is None else before
        yield pair, difference(pair.change, before, verdict(pair.files, pair.change.variant))
