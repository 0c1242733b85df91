"""What a container holds, as the engine works it out."""

from __future__ import annotations

import pytest

from dockguard.common.capabilities import DEFAULTS, EVERY
from dockguard.source import Undecided
from dockguard.stack.capabilities import bounding, lacking
from dockguard.stack.pieces import Rights

from .helpers import stack


def rights(body: str) -> Rights:
    found = stack(f"services:\n  a:\n    image: a\n{body}").containers[0].container.rights
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("body", "held"),
    [
        ("", DEFAULTS),
        ("    cap_drop: [ALL]\n", frozenset()),
        ("    cap_drop: [all]\n    cap_add: [cap_chown]\n", {"CHOWN"}),
        ("    cap_drop: [CHOWN]\n    cap_add: [CHOWN]\n", DEFAULTS),
        ("    cap_drop: [ALL]\n    cap_add: [ALL]\n", EVERY),
        ("    cap_drop: [NET_RAW]\n    cap_add: [ALL]\n", EVERY - {"NET_RAW"}),
        ("    cap_drop: [MKNOD]\n    cap_add: [NET_ADMIN]\n", (DEFAULTS - {"MKNOD"}) | {"NET_ADMIN"}),
        ("    cap_drop: [ALL]\n    privileged: true\n", EVERY),
    ],
)
def test_what_the_engine_gives(body: str, held: frozenset[str]) -> None:
    assert bounding(rights(body)) == held


@pytest.mark.parametrize("body", ['cap_drop: ["${A}"]', 'cap_add: ["X${A}"]', "privileged: ${P}"])
def test_what_a_variable_decides_is_undecided(body: str) -> None:
    with pytest.raises(Undecided):
        bounding(rights(f"    {body}\n"))


def test_reading_stands_for_overriding() -> None:
    some = rights("    cap_drop: [ALL]\n    cap_add: [DAC_READ_SEARCH]\n")
    assert lacking(some, ("DAC_OVERRIDE", "SETUID")) == ("SETUID",)
    assert (len(EVERY), len(DEFAULTS)) == (41, 14)
