"""The writer of indented JSON, held to the standard library's."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from dockguard.render.indented import indented
from dockguard.source import Secret

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


@given(VALUES)
def test_it_writes_what_the_library_writes(value: object) -> None:
    assert indented(value) == json.dumps(value, indent=2)


def test_a_text_of_a_class_of_its_own_is_a_text() -> None:
    assert indented([Secret("x"), Secret("")]) == json.dumps(["x", ""], indent=2)
