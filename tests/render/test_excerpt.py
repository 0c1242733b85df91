"""Excerpts of ordinary, long and hostile lines."""

from __future__ import annotations

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from dockguard.finding import Edit, Fix, Note, Problem, Severity
from dockguard.render import FORMATS, concise, renderer
from dockguard.render.excerpt import Frame, Mark
from dockguard.render.masking import Masks
from dockguard.render.terminal import Look, room
from dockguard.render.text import header, problems, render
from dockguard.report import Report, Run
from dockguard.source import Source, Span
from tests.render.runs import CAPS, PRIVILEGED, at, report


def draw(*marks: Mark, width: int = 100) -> list[str]:
    return list(Frame(Masks(Run((), (), ())), Look(width)).lines(marks))


def mark(source: Source, text: str, label: str = "", glyph: str = "^") -> Mark:
    return Mark(at(source, text), label, "high", glyph)


def test_a_place_is_underlined_and_labelled() -> None:
    source = Source("x", "USER root\n")
    assert draw(mark(source, "root", "uid 0")) == [" 1 | USER root", "   |      ^^^^ uid 0"]


def test_tabs_wide_letters_and_marks_keep_the_carets_below_their_place() -> None:
    assert draw(mark(Source("x", "\tUSER root"), "root"))[1] == "   |          ^^^^"
    assert draw(mark(Source("x", "漢字 root"), "root"))[1] == "   |      ^^^^"
    assert draw(mark(Source("x", "e\u0301 root"), "root"))[1] == "   |   ^^^^"
    assert draw(mark(Source("x", "漢字 root"), "漢字"))[1] == "   | ^^^^"


def test_escapes_bidi_and_carriage_returns_are_shown_not_obeyed() -> None:
    source = Source("x", "a\x1b[31m\r\u202eb root\r\n")
    line, carets = draw(mark(source, "root"))
    assert line == " 1 | a\\x1b[31m\\r\\u202eb root"
    assert carets.index("^^^^") == line.index("root")


def test_an_empty_place_gets_one_caret_also_behind_the_end() -> None:
    source = Source("x", "abc\n")
    assert draw(Mark(Span(source, 3, 3), "here", "high", "^"))[1] == "   |    ^ here"
    assert draw(Mark(Source("x", "").whole, "", "high", "^")) == [" 1 |", "   | ^"]


def test_a_place_over_several_lines_is_underlined_to_the_end_of_its_first() -> None:
    source = Source("x", "RUN a \\\r\n  b\r\n")
    assert draw(Mark(Span(source, 0, len(source.text)), "", "high", "^")) == [" 1 | RUN a \\", "   | ^^^^^^^"]


def test_one_line_between_is_shown_and_more_are_left_out() -> None:
    source = Source("x", "a\nb\nc\nd\ne\nf\n")
    lines = draw(mark(source, "a"), mark(source, "c", glyph="-"), mark(source, "f", glyph="-"))
    assert lines == [" 1 | a", "   | ^", " 2 | b", " 3 | c", "   | -", "...", " 6 | f", "   | -"]


def test_a_long_line_is_cut_around_the_place() -> None:
    source = Source("x", "a" * 500 + " HERE " + "b" * 500)
    line, carets = draw(mark(source, "HERE"))
    assert room(line) <= 100
    assert line.startswith(" 1 | …aaa")
    assert line.endswith("bbb…")
    assert line[carets.index("^") : carets.index("^") + 4] == "HERE"


def test_the_end_of_a_long_line_is_shown_when_the_place_is_there() -> None:
    line, carets = draw(mark(Source("x", "a" * 500 + "END"), "END"))
    assert line.endswith("END")
    assert line[carets.index("^") :] == "END"


def test_a_second_place_beyond_the_cut_draws_the_line_again() -> None:
    source = Source("x", "HERE" + "a" * 300 + "THERE")
    lines = draw(mark(source, "HERE"), mark(source, "THERE", glyph="-"))
    assert [line[:9] for line in lines if line.startswith(" 1")] == [" 1 | HERE", " 1 | …aaa"]
    assert lines[1].endswith("^^^^")
    assert lines[2].endswith("THERE")


def test_a_label_without_room_goes_below() -> None:
    source = Source("x", "x" * 70 + " root")
    lines = draw(mark(source, "root", "why " * 20))
    assert lines[1].endswith("^^^^")
    assert all(room(line) <= 100 for line in lines)
    assert " ".join(line[4:].strip() for line in lines[2:]) == ("why " * 20).strip()


def test_a_huge_line_costs_no_more_than_its_window() -> None:
    source = Source("x", "a" * 1_000_000)
    assert len(draw(Mark(Span(source, 500_000, 500_001), "", "high", "^"))) == 2


HOSTILE = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("\x1b\x9b\r\n\t\x00\u202e\u2066\u200b\u0301\ufe0f漢\ud800\u2028 `:[]()"),
    ),
    max_size=300,
)


@st.composite
def hostile_runs(draw: st.DrawFn) -> Run:
    sources = [Source(draw(HOSTILE) or "x", draw(HOSTILE) * draw(st.sampled_from([1, 1, 9]))) for _ in range(2)]

    def span() -> Span:
        source = draw(st.sampled_from(sources))
        start = draw(st.integers(0, len(source.text)))
        return Span(source, start, draw(st.integers(start, len(source.text) + 3)))

    def one() -> Report:
        notes = tuple(Note(span(), draw(HOSTILE)) for _ in range(draw(st.integers(0, 3))))
        fix = Fix(draw(HOSTILE), (Edit(span(), draw(HOSTILE)),)) if draw(st.booleans()) else None
        return report(
            draw(st.sampled_from([PRIVILEGED, CAPS])),
            span(),
            draw(HOSTILE),
            draw(HOSTILE),
            variants=tuple(draw(st.lists(HOSTILE, max_size=2))),
            notes=notes,
            fix=fix,
            why=draw(HOSTILE),
        )

    problem = Problem(draw(HOSTILE), draw(HOSTILE), draw(st.one_of(st.none(), st.just(span()))), draw(HOSTILE))
    return Run(
        tuple(one() for _ in range(draw(st.integers(0, 3)))),
        (problem,) if draw(st.booleans()) else (),
        ((sources[0].path, "compose"),),
        prefix=draw(st.sampled_from(["", "a/b"])),
        gate=draw(st.sampled_from([None, *Severity])),
        config=draw(HOSTILE),
        stacks=(draw(HOSTILE),),
        undecided=((draw(HOSTILE), draw(HOSTILE)),),
        notices=(draw(HOSTILE),),
    )


def harmless(output: str) -> bool:
    """No character that a terminal obeys or hides, but for line breaks."""
    return all(char == "\n" or char.isprintable() for char in output)


@settings(max_examples=150)
@given(hostile_runs(), st.sampled_from([40, 73, 100]), st.booleans())
def test_hostile_text_never_leaves_its_columns_nor_reaches_the_terminal(run: Run, width: int, verbose: bool) -> None:
    outputs = [render(run, width=width, verbose=verbose), header(run, width=width), problems(run, width=width)]
    for output in outputs:
        assert harmless(output)
        assert all(room(line) <= width and len(line) <= width for line in output.split("\n"))
    assert harmless(concise.render(run))
    assert len(concise.render(run).splitlines()) == len(run.active) + len(run.problems)


@settings(max_examples=60)
@given(hostile_runs())
def test_every_output_survives_hostile_text_and_can_be_written_in_utf_8(run: Run) -> None:
    for name in FORMATS:
        output = renderer(name)(run, color=True, verbose=True, suppressed=True)
        output.encode("utf-8")
        assert not output or output.endswith("\n")


@given(HOSTILE)
def test_categories_of_a_drawn_line(text: str) -> None:
    for line in draw(Mark(Source("x", text).whole, text, "high", "^")):
        assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs") for char in line)


def test_a_label_beside_carets_that_fill_the_line_goes_below() -> None:
    for length in range(85, 100):
        source = Source("x", "x" * length)
        lines = draw(Mark(Span(source, 0, length), "label \x1b", "high", "^"))
        assert lines[-1] == "   | label \\x1b"
        assert all(room(line) <= 100 for line in lines)
