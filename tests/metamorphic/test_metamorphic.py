"""Another way to write the same does not change what any rule says.

Every change takes the files of a page's example and writes them otherwise, without saying anything else by the rules of
their own format. A few hundred pairs in each run; with DOCKGUARD_LONG all changes of all examples of all pages.
"""

from __future__ import annotations

import os
from random import Random

import pytest

from dockguard.rulebook import rulebook
from tests.metamorphic.change import Change
from tests.metamorphic.changes import CHANGES
from tests.metamorphic.examples import Sample, samples
from tests.metamorphic.pairs import differences, pairs
from tests.metamorphic.verdict import about_form, difference, verdict

EVERY = bool(os.environ.get("DOCKGUARD_LONG"))
FEW = 5  # pairs of a change that a usual run tries
PARTS = 8
NAMES = [change.name for change in CHANGES]


def told(sample: Sample, names: list[str]) -> list[str]:
    """The differences of a sample in words."""
    found = differences(sample, [change for change in CHANGES if change.name in names])
    return [f"{pair.name}\n  " + "\n  ".join(lines) for pair, lines in found if lines]


@pytest.mark.skipif(EVERY, reason="all pairs are tried")
@pytest.mark.parametrize("change", CHANGES, ids=NAMES)
def test_some_pairs(change: Change) -> None:
    tried = 0
    wrong = []
    for sample in Random(change.name).sample(samples(), len(samples())):
        for pair in pairs(sample, [change]):
            lines = difference(change, verdict(sample.files), verdict(pair.files, change.variant))
            wrong += [f"{pair.name}\n  " + "\n  ".join(lines)] if lines else []
            tried += 1
        if tried >= FEW:
            break
    assert not wrong, "\n".join(wrong)
    assert tried, f"no example has anything for `{change.name}`"


@pytest.mark.skipif(not EVERY, reason="set DOCKGUARD_LONG to try all pairs")
@pytest.mark.parametrize("part", range(PARTS))
def test_all_pairs(part: int) -> None:
    wrong = [line for sample in samples()[part::PARTS] for line in told(sample, NAMES)]
    assert not wrong, "\n".join(wrong)


def test_the_exceptions_name_changes_and_rules() -> None:
    rules = {rule.id for rule in rulebook().rules()}
    for change, entries in about_form().items():
        assert change == "any" or change in NAMES
        assert set(entries) <= rules
        assert all(entries.values())


def test_a_change_that_matters_is_seen() -> None:
    """The comparison itself can fail."""
    before = {"compose.yaml": "services:\n  web:\n    image: nginx:1.27\n"}
    after = {"compose.yaml": before["compose.yaml"] + "    privileged: true\n"}
    lines = difference(CHANGES[0], verdict(before), verdict(after))
    assert any(line.startswith("+ compose/privileged-container") for line in lines)
