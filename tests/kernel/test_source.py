"""Places stay right whatever the text is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockguard.source import Fact, Many, Origin, Source, Span, Undecided, Unknown, Via, absent
from dockguard.workspace import decode


@pytest.mark.parametrize(
    ("data", "text", "bom", "lossy"),
    [
        (b"FROM a\nUSER b\n", "FROM a\nUSER b\n", False, False),
        (b"\xef\xbb\xbfFROM a\nUSER b", "FROM a\nUSER b", True, False),
        (b"FROM a\r\nUSER b\r\n", "FROM a\r\nUSER b\r\n", False, False),
        ("FROM a\nUSER é".encode("utf-16"), "FROM a\nUSER é", True, False),
        (b"\xfe\xff\x00F\x00\n\x00U", "F\nU", True, False),
        (b"FROM a\nUSER \xe9", "FROM a\nUSER \ufffd", False, True),
        (b"FROM a\0\nUSER b", "FROM a\0\nUSER b", False, False),
        (b"", "", False, False),
    ],
)
def test_encodings(data: bytes, text: str, bom: bool, lossy: bool) -> None:
    source = decode("Dockerfile", data)
    assert (source.text, source.bom, source.lossy) == (text, bom, lossy)


@given(st.text(alphabet="ab\r\n\t é😀\u2028\x0c\0", max_size=60))
def test_positions_and_lines(text: str) -> None:
    source = Source("x", text)
    for offset in range(len(text) + 1):
        line, column = source.position(offset)
        before = text[:offset].split("\n")
        assert (line, column) == (len(before), len(before[-1]) + 1)
    for number, line_text in enumerate(text.split("\n"), 1):
        assert source.line_span(number).text == line_text.removesuffix("\r")


def test_embedded_text_is_placed_in_its_host() -> None:
    host = Source("compose.yaml", "x: |\n  FROM a\n  USER root\n")
    inner = Source(
        "compose.yaml",
        "FROM a\nUSER root\n",
        origin=Origin(Span(host, 3, len(host.text)), ((0, 7, 7), (7, 16, 10))),
    )
    assert inner.span(12, 16).text == "root"
    assert inner.span(12, 16).outer.text == "root"
    assert inner.span(12, 16).outer.line == 3
    assert inner.span(0, 16).outer == Span(host, 3, len(host.text))  # over two pieces: the whole scalar


def test_facts() -> None:
    span = Source("x", "abc").span(0, 1)
    here = Fact("root", span, Via(span, "overrides this"))
    assert here.map(len).value == 4
    assert here.map(len).via is here.via
    nobody: Fact[str] = absent(span)
    assert nobody.or_else(here) is here
    unknown: Fact[str] = Fact(Unknown("${X} is not set"), span)
    assert unknown.or_else(here) is unknown
    assert unknown.map(len).value == Unknown("${X} is not set")
    with pytest.raises(Undecided, match="X"):
        bool(unknown)
    assert [step.how for step in here.step(span, "included here").via or ()] == ["included here", "overrides this"]
    assert not Many((), span)
    with pytest.raises(Undecided):
        bool(Many((), span, "an include is not read"))
    assert Many((1,), span, "more")
