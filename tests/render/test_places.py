from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockguard.render.places import Place, from_here, place, well_formed
from dockguard.report import Run
from dockguard.source import Source, Span
from tests.render.runs import BASE, at, embedded


def run(prefix: str = "", **extras: str) -> Run:
    return Run((), (), (), prefix=prefix, extras=extras)


@pytest.mark.parametrize(
    ("path", "prefix", "shown"),
    [
        ("compose.yaml", "", "compose.yaml"),
        ("a/compose.yaml", "a", "compose.yaml"),
        ("a/b/compose.yaml", "a", "b/compose.yaml"),
        ("compose.yaml", "a/b", "../../compose.yaml"),
        ("a/c/compose.yaml", "a/b", "../c/compose.yaml"),
        ("ab/compose.yaml", "a", "../ab/compose.yaml"),
        ("a", "a/b", "../../a"),
        ("../other/x", "a", "../../other/x"),
        ("/abs/x", "a", "/abs/x"),
        ("-", "a", "-"),
        ("<stdin>", "a", "<stdin>"),
    ],
)
def test_paths_lead_from_the_working_directory(path: str, prefix: str, shown: str) -> None:
    assert from_here(path, run(prefix)) == shown


def test_a_root_elsewhere_is_led_to() -> None:
    assert from_here("x/compose.yaml", run(root="../repo")) == "../repo/x/compose.yaml"
    assert from_here("../y", run(root="../repo")) == "../y"


def test_lines_and_columns_start_at_one_and_ends_are_exclusive() -> None:
    assert place(at(BASE, "privileged: true")) == Place("compose.yaml", 6, 5, 6, 21)


def test_columns_count_code_points() -> None:
    source = Source("x", "𝒳é: root\n", bom=True)
    assert place(at(source, "root")) == Place("x", 1, 5, 1, 9)


def test_places_beyond_the_text_are_its_end() -> None:
    assert place(Span(Source("x", "ab\n"), 7, 9)) == Place("x", 2, 1, 2, 1)


def test_a_place_in_an_embedded_text_is_a_place_of_its_host() -> None:
    inner = embedded("USER root", Source("compose.yaml", "a: |\n  USER root\n"), 7)
    assert place(Span(inner, 5, 9)) == Place("compose.yaml", 2, 8, 2, 12)


@given(st.text(st.characters(), max_size=50))
def test_well_formed_texts_can_be_written_in_utf_8(text: str) -> None:
    shown = well_formed(text)
    shown.encode()
    assert json.loads(json.dumps(shown)) == shown
    if not any(0xD800 <= ord(char) <= 0xDFFF for char in text):
        assert shown == text
