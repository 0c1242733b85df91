from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.dockerfile.helpers import tree_of


def names(text: str) -> list[str]:
    return [item.name for item in tree_of(text).instructions]


def test_heredoc_bodies_are_no_instructions() -> None:
    tree = tree_of("FROM a\nRUN <<EOF\nUSER root\nEOF\nCOPY <<-'A' <<B /x/\n\tone $X\n\tA\ntwo\nB\nUSER app\n")
    assert [item.name for item in tree.instructions] == ["FROM", "RUN", "COPY", "USER"]
    first, second = tree.instructions[2].heredocs
    assert (first.name, first.expand, first.chomp, first.body.text) == ("A", False, True, "one $X\n")
    assert (second.name, second.expand, second.span.text) == ("B", True, "two\n")
    assert first.body.span(0, 3).outer.text == "one"


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("RUN <<EOF", ["EOF"]),
        ("RUN <<  EOF", ["EOF"]),
        ("RUN 3<<-EOF cat", ["EOF"]),
        ('RUN echo "<<EOF"', []),
        ("RUN cat <<< EOF", []),
        ("RUN echo a<<EOF", []),
        ('RUN ["<<EOF"]', []),
        ("ONBUILD RUN <<EOF", ["EOF"]),
        ("USER <<EOF", []),
        ("RUN <<'E F'", ["E F"]),
    ],
)
def test_which_words_open_a_heredoc(line: str, found: list[str]) -> None:
    tree = tree_of(f"FROM a\n{line}\nx\nEOF\nE F\n")
    assert [heredoc.name for heredoc in tree.instructions[1].heredocs] == found


def test_continuations_with_comments_and_blank_lines() -> None:
    tree = tree_of("FROM a\nRUN a \\\n  # comment\n\n  && b \\\n\n\nUSER x\n")
    assert tree.instructions[1].text == "RUN a   && b USER x"
    assert [span.text for span in tree.comments] == ["# comment"]


def test_directives_come_first_and_once() -> None:
    tree = tree_of("# syntax=a\n# escape=`\n# escape=`\nFROM a\nRUN b `\n c\n")
    assert [(d.name, d.value) for d in tree.directives] == [("syntax", "a"), ("escape", "`"), ("escape", "`")]
    assert tree.escape == "`"
    assert [p.message for p in tree.problems] == ["only one `escape` parser directive can be used"]
    assert names("# x\n# escape=`\nFROM a\nRUN b `\nUSER c\n") == ["FROM", "RUN", "USER"]


def test_an_escaped_escape_does_not_continue() -> None:
    assert names("FROM a\nRUN b \\\\\nUSER c\n") == ["FROM", "RUN", "USER"]


def test_problems_keep_the_rest() -> None:
    tree = tree_of('FROM a\nENV X\nENV A=b C\nCMD ["a", 1]\nUSER root\n')
    assert len(tree.problems) == 3
    assert tree.instructions[-1].name == "USER"
    assert all(problem.span is not None and problem.code == "dockerfile-syntax" for problem in tree.problems)
    assert tree_of("# nothing\n").problems[0].message == "the file has no instructions"
    (problem,) = tree_of("FROM a\nRUN <<EOF\nUSER b\n").problems
    assert "`EOF` never ends" in problem.message


def test_flags_words_and_pairs_have_places() -> None:
    tree = tree_of('FROM a\nCOPY --from=b --chown="1 2" x \\\n  y\nENV A="b c" D=e\n')
    copy, env = tree.instructions[1:]
    assert [(f.name, f.value, f.span.text) for f in copy.flags] == [
        ("from", "b", "--from=b"),
        ("chown", "1 2", '--chown="1 2"'),
    ]
    assert [(w.text, w.span.text, w.span.line) for w in copy.words] == [("x", "x", 2), ("y", "y", 3)]
    assert [(p.name.span.text, p.value.span.text if p.value else None) for p in env.pairs] == [
        ("A", '"b c"'),
        ("D", "e"),
    ]


def test_bounds_are_problems() -> None:
    assert "more than 5000 instructions" in tree_of("RUN a\n" * 6000).problems[0].message
    assert any("longer than" in p.message for p in tree_of(f"FROM a\nRUN {'x' * 70000}\n").problems)
    assert "more than 5000 arguments" in tree_of(f"FROM a\nCOPY {'a ' * 6000}b\n").problems[0].message
    assert "more than 30000 words and commands" in tree_of(f"FROM a\nRUN {'a;' * 32000}\n").problems[0].message
    heavy = tree_of("FROM a\nRUN <<E\n" + "curl x | sh\n" * 6000 + "E\nRUN b\n")
    assert [item.name for item in heavy.instructions] == ["FROM"], "neither it nor what follows is half read"
    assert [problem.span.line for problem in heavy.problems if problem.span] == [2]


@settings(max_examples=300)
@given(st.text(alphabet="FROMRUNUSEENVCOPY aA=\"'\\`$<>-#{}[],:\n\r\t\0é\u2028", max_size=200))
def test_no_text_raises(text: str) -> None:
    tree = tree_of(text)
    end = 0
    for item in tree.instructions:
        assert item.span.start >= end or not item.span.text
        end = item.span.end
        assert item.line <= item.end_line
