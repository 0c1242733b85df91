"""Blanks, line ends and indentation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockguard.finding import Edit, apply
from dockguard.formats.nginx.text.layout import texts

from .helpers import site, tree


def layout(text):
    found = site(text)
    return next(iter(texts(found.sources, found.directives)))


def test_blanks_in_values_over_several_lines_are_left_alone():
    text = "events {} \nhttp {\n log_format a 'x  \n y' ;\t\n}\n"
    found = layout(text)
    assert [(span.start, span.text) for span in found.trailing] == [(9, " "), (text.index("\t"), "\t")]
    assert [span.text for span in found.spaced] == [" "]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("http {\n  a 1;\n  server {\n    b 1;\n  }\n}", []),
        ("http {\n\ta 1;\n\tserver {\n\t\tb 1;\n\t}\n}", []),
        ("http {\na 1;\nserver {\nb 1;\n}\n}", []),
        ("http {\n  a 1;\n  server {\n   b 1;\n  }\n c 1;\n}", ["b", "c"]),
        ("http {\n    a 1;\n\tb 1;\n    c 1;\n}", ["b"]),
        ("  a 1;\n  b 1;", []),
    ],
)
def test_the_files_own_way(text, wrong):
    assert [span.text for span, _ in layout(text).misindented] == wrong


def test_line_ends():
    assert layout("events {}\r\nhttp {}\n").crlf == (9,)
    assert layout("events {}\nhttp {}\n").crlf == ()


@given(st.text(alphabet=" \t\r\n;{}'\"#ab", max_size=60))
def test_fixes_change_no_word(text):
    found = layout(text)
    for spans in (found.trailing, found.spaced):
        after = apply(text, map(Edit, spans))
        assert [one.texts for one in tree(after).walk()] == [one.texts for one in tree(text).walk()]
    assert all(isinstance(indent, str) for _, indent in found.misindented)
