"""Examples as tests: what carets and lists say, fixes, and redrawing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import pytest

from dockguard.finding import Confidence, Edit, Finding, Fix, Note, Severity
from dockguard.pack import Page, read
from dockguard.report import Report
from dockguard.rule import Rule
from dockguard.source import Source
from dockguard.testing import accepted, cases, failure, fixed

HEAD = "---\ntitle: x\n---\n# X\n"
RULE = Rule("x/y", "", Severity.LOW, None, Confidence.LOW, "x.y", "audit", "", lambda node, options: iter(()))


def check(files: Mapping[str, str]) -> Iterable[Report]:
    """Every `bad` is found, with a note at the first `see` of any file; the fix makes it `ok`."""
    sources = [Source(path, text) for path, text in files.items()]
    notes = tuple(Note(s.span(m.start(), m.end()), "see this") for s in sources for m in re.finditer("see", s.text))
    for source in sources:
        for match in re.finditer("bad+", source.text):
            span = source.span(*match.span())
            fix = Fix("make it ok", (Edit(span, "ok"),))
            yield Report(RULE, "s", Finding(span, f"found {match[0]}", notes[:1], fix), Severity.LOW)


def page(*examples: tuple[str, Mapping[str, str]]) -> Page:
    body = "".join(
        f"\n## {title}\n" + "".join(f"\n```text {path}\n{text}```\n" for path, text in files.items())
        for title, files in examples
    )
    return read("x/y.md", HEAD + body)


def wrong(*examples: tuple[str, Mapping[str, str]]) -> list[str]:
    return [failure(case, check) for case in cases(page(*examples))]


def redrawn(*examples: tuple[str, Mapping[str, str]]) -> list[dict[str, str]]:
    return [
        {fence.path: fence.text for fence in example.fences}
        for example in read("x/y.md", accepted(page(*examples), check)).examples
    ]


# --- what an example says --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "drawn",
    [
        "a bad\n# ^^^ found bad\n",
        "bad\n#^^ found bad\n",  # a `#` that touches the carets counts, for column 1
        "  bad\n# ^^^ found bad\n",
        "    a bad\n  #   ^^^ found bad\n",
        "a badd\n# ^^^^ found badd\nlast\n",
        "bad bad\n#^^ found bad\n#   ^^^ found bad\n",
    ],
)
def test_carets_that_hold(drawn: str) -> None:
    assert wrong(("Bad", {"f": drawn})) == [""]


@pytest.mark.parametrize(
    ("drawn", "difference"),
    [
        ("a bad\n#  ^^^ found bad\n", ["-f:1:4-7 found bad", "+f:1:3-6 found bad"]),
        ("a bad\n# ^^ found bad\n", ["-f:1:3-5 found bad", "+f:1:3-6 found bad"]),
        ("a bad\n# ^^^ found\n", ["-f:1:3-6 found", "+f:1:3-6 found bad"]),
        ("a bad\nmore\n# ^^^ found bad\n", ["-f:2:3-6 found bad", "+f:1:3-6 found bad"]),
        ("a bad\n# ^^^ found bad\nbad\n", ["+f:3:1-4 found bad"]),
        ("a\n# ^^^ found bad\n", ["-f:1:3-6 found bad"]),
    ],
)
def test_carets_that_do_not_hold(drawn: str, difference: list[str]) -> None:
    (text,) = wrong(("Bad", {"f": drawn}))
    lines = [line for line in text.split("\n") if line[:1] in "+-"]
    assert lines == [line.replace("f:3", "f:2") for line in difference]


def test_notes_are_places_too() -> None:
    files = {"f": "a bad\n# ^^^ found bad\n", "g": "see\n#^^ note: see this\n"}
    assert wrong(("Bad", files)) == [""]
    (text,) = wrong(("Bad", {"f": "a bad\n# ^^^ found bad\n", "g": "see\n"}))
    assert "+g:1:1-4 note: see this" in text


def test_lists_say_what_carets_cannot() -> None:
    files = {"f": "bad\n", "findings": "f:1:1-4 found bad\n"}
    assert wrong(("Bad", files)) == [""]
    (text,) = wrong(("Bad", {**files, "findings": "f:1:1-5 found bad\n"}))
    assert "-f:1:1-5 found bad" in text
    with pytest.raises(ValueError, match="not `path:line:col-col message`: f: found bad"):
        wrong(("Bad", {**files, "findings": "f: found bad\n"}))


def test_good_and_bad_mean_it() -> None:
    assert wrong(("Good", {"f": "fine\n"})) == [""]
    assert wrong(("Good: a longer title", {"f": "bad\n"})) == ["a Good example stays silent, but:\nf:1:1-4 found bad"]
    (text,) = wrong(("Bad", {"f": "fine\n"}))
    assert text.startswith("a Bad example says where the finding is")
    assert wrong(("Prose", {"f": "bad\n"})) == []


# --- fixes -----------------------------------------------------------------------------------------------------------

BAD = ("Bad", {"f": "a bad bad\n# ^^^ found bad\n#     ^^^ found bad\nb\n", "g": "g\n"})


@pytest.mark.parametrize(
    ("after", "complaint"),
    [
        ({"f": "a ok ok\nb\n", "g": "g\n"}, ""),
        ({"f": "a ok bad\nb\n", "g": "g\n"}, "-a ok bad\n+a ok ok"),
        ({"f": "a ok ok\nb\n"}, "+g"),
        ({"f": "a ok ok\nb\n", "g": "g\n", "h": "h\n"}, "-h"),
    ],
)
def test_fixed(after: dict[str, str], complaint: str) -> None:
    said = wrong(BAD, ("Fixed", after))
    assert said[0] == ""
    assert (complaint in said[1]) if complaint else said[1] == ""


def test_fixed_follows_bad() -> None:
    assert wrong(("Fixed", {"f": "x\n"})) == ["a Fixed example follows its Bad one"]
    assert wrong(("Good", {"f": "x\n"}), ("Fixed", {"f": "x\n"}))[1] == "a Fixed example follows its Bad one"


def test_what_is_still_said_after_the_fix() -> None:
    def stubborn(files: Mapping[str, str]) -> Iterator[Report]:
        source = Source("f", files["f"])
        yield Report(RULE, "s", Finding(source.span(0, 1), "never", fix=Fix("", ())), Severity.LOW)

    (_, case) = cases(page(("Bad", {"f": "a\n#^ never\n"}), ("Fixed", {"f": "a\n"})))
    assert failure(case, stubborn) == "still said after the fix: f:1:1-3 never"


def test_every_finding_of_a_fixed_example_has_a_fix() -> None:
    unfixed = lambda files: [Report(RULE, "s", Finding(Source("f", "a").whole, "no"), Severity.LOW)]  # noqa: E731
    with pytest.raises(AssertionError, match="no fix for: no"):
        fixed({"f": "a"}, unfixed)


def test_the_same_edit_of_two_findings_is_made_once() -> None:
    twice = lambda files: [*check(files), *check(files)]  # noqa: E731
    assert fixed({"f": "a bad\n", "g": "x\n"}, twice) == {"f": "a ok\n", "g": "x\n"}


# --- redrawing -------------------------------------------------------------------------------------------------------


def test_redrawing_moves_carets() -> None:
    old = {"f": "bad\n#     ^ old\n a badd\n"}
    assert redrawn(("Bad", old)) == [{"f": "bad\n#^^ found bad\n a badd\n#  ^^^^ found badd\n"}]


def test_redrawing_holds_over_several_fences_and_examples() -> None:
    examples = (
        ("Bad", {"f": "bad\nx bad\n", "g": "see\n# ^ gone\n", "h": "bad\n"}),
        ("Fixed", {"f": "?\n", "g": "?\n", "h": "?\n"}),
        ("Good", {"f": "fine\n"}),
        ("Bad: again", {"f": "  bad\n#  ^^ found\n"}),
    )
    got = redrawn(*examples)
    assert got[0] == {
        "f": "bad\n#^^ found bad\nx bad\n# ^^^ found bad\n", "g": "see\n#^^ note: see this\n",
        "h": "bad\n#^^ found bad\n",
    }  # fmt: skip
    assert got[1] == {"f": "ok\nx ok\n", "g": "see\n", "h": "ok\n"}
    assert got[2:] == [{"f": "fine\n"}, {"f": "  bad\n# ^^^ found bad\n"}]
    titles = [title for title, _ in examples]
    again = page(*zip(titles, got, strict=True))
    assert [failure(case, check) for case in cases(again)] == [""] * 4
    assert accepted(again, check) == again.text


def test_redrawing_writes_lists_where_there_is_one() -> None:
    old = {"f": "bad\n", "g": "see bad\n", "findings": "old\n"}
    assert redrawn(("Bad", old)) == [
        {
            "f": "bad\n", "g": "see bad\n",
            "findings": "f:1:1-4 found bad\ng:1:1-4 note: see this\ng:1:5-8 found bad\n",
        }
    ]  # fmt: skip


def test_redrawing_keeps_what_is_no_example() -> None:
    fence = "```text f\nbad\n```\n\n"
    text = f"{HEAD}\nProse with bad.\n\n{fence}## Why\n\n{fence}## Bad\n\n{fence}tail\n"
    assert accepted(read("x", text), check) == text.replace(
        "## Bad\n\n```text f\nbad\n", "## Bad\n\n```text f\nbad\n#^^ found bad\n"
    )


def test_redrawing_lines_that_end_with_crlf() -> None:
    """A page may show a file with CRLF: its lines keep their ends, carets are drawn under them."""
    (drawn,) = redrawn(("Bad", {"f": "a bad\r\nx\r\nbad\r\n"}))
    assert drawn["f"].split("\n") == ["a bad\r", "# ^^^ found bad", "x\r", "bad\r", "#^^ found bad", ""]
    assert wrong(("Bad", drawn)) == [""]
    (case,) = cases(page(("Bad", drawn)))
    assert fixed({"f": "a bad\r\n"}, check) == {"f": "a ok\r\n"}
    assert failure(case, check) == ""


def test_redrawing_a_place_without_a_width_or_of_several_lines() -> None:
    def wide(files: Mapping[str, str]) -> Iterator[Report]:
        source = Source("f", files["f"])
        yield Report(RULE, "s", Finding(source.whole, "nowhere"), Severity.LOW)
        yield Report(RULE, "s", Finding(source.span(2, 9), "two lines"), Severity.LOW)

    text = accepted(page(("Bad", {"f": "abcd\nefghi\n"})), wide)
    assert "abcd\n#^ nowhere\n# ^^ two lines\nefghi\n" in text
    assert [failure(case, wide) for case in cases(read("x", text))] == [""]


def test_lines_that_other_characters_end_are_lines_of_the_source() -> None:
    (drawn,) = redrawn(("Bad", {"f": "x\fbad\nbad\n"}))
    assert drawn["f"] == "x\fbad\n# ^^^ found bad\nbad\n#^^ found bad\n"
