from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockguard.render.terminal import Look, columns, head, room, safe, tail, visible, wrap

ANY = st.text(st.characters(), max_size=200)


@pytest.mark.parametrize(
    ("char", "shown"),
    [
        ("a", "a"),
        ("é", "é"),
        ("漢", "漢"),
        ("\x1b", "\\x1b"),
        ("\r", "\\r"),
        ("\n", "\\n"),
        ("\t", "\\t"),
        ("\x9b", "\\x9b"),  # the one-byte CSI
        ("\u202e", "\\u202e"),  # right-to-left override
        ("\u2066", "\\u2066"),
        ("\u200b", "\\u200b"),
        ("\xa0", "\\xa0"),
        ("\u3164", "\\u3164"),
        ("\ufe0f", "\\ufe0f"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),  # a tag character
        ("\U000e0100", "\\U000e0100"),  # a variation selector of the supplement
    ],
)
def test_what_a_terminal_would_obey_or_hide_is_shown_as_its_escape(char: str, shown: str) -> None:
    assert visible(char) == shown


@given(ANY)
def test_safe_text_holds_no_controls_and_keeps_the_rest(text: str) -> None:
    shown = safe(text)
    assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") for char in shown)
    assert [c for c in text if c.isascii() and c.isprintable()] == [
        c for c in text if c.isascii() and c.isprintable() and c in shown
    ]


@given(ANY, st.integers(1, 60))
def test_head_and_tail_fit(text: str, width: int) -> None:
    shown = safe(text)
    for cut in (head(shown, width), tail(shown, width)):
        assert room(cut) <= width
    assert head(shown, width).rstrip("…") in shown
    assert tail(shown, width).lstrip("…") in shown


@given(ANY, st.integers(20, 100))
def test_wrapped_lines_fit_and_lose_nothing(text: str, width: int) -> None:
    lines = wrap(text, width, "  = ", "      ")
    assert all(room(line) <= width and len(line) <= width for line in lines)
    assert "".join("".join(lines)[3:].split()) == "".join(safe(text).split())


def test_an_endless_text_ends() -> None:
    lines = wrap("x" * 1_000_000, 100)
    assert len(lines) < 30
    assert lines[-1].endswith("…")


def test_room_counts_wide_characters_twice_and_marks_at_least_once() -> None:
    assert room("漢字") == 4
    assert room("e\u0301") == 2
    assert columns("\u0301") == 0
    assert columns("漢") == 2


def test_colour_is_off_by_default_and_never_wraps_nothing() -> None:
    assert Look().paint("x", "high") == "x"
    assert Look(color=True).paint("", "high") == ""
    assert Look(color=True).paint("x", "high") == "\x1b[1;31mx\x1b[0m"


@pytest.mark.parametrize(("asked", "given_"), [(0, 40), (80, 80), (500, 100)])
def test_widths_stay_within_the_layouts_bounds(asked: int, given_: int) -> None:
    assert Look.of(asked, False).width == given_


@pytest.mark.parametrize("width", [1, 3, 7])
def test_a_line_without_room_still_ends(width: int) -> None:
    assert len(wrap("some words 漢字 here", width, "      ", "      ")) < 20
