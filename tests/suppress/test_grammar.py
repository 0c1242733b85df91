import datetime
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockguard.formats.base import Comment
from dockguard.source import Source, Span
from dockguard.suppress.directive import directives, read

from .helpers import catalogue, comments, source


def one(text):
    src = Source("x", text)
    return read(Span(src, 0, len(text)), None, catalogue())


@pytest.mark.parametrize(
    ("text", "scope", "names", "until", "reason"),
    [
        ("# dockguard: ignore[compose/a]", "ignore", ["compose/a"], None, ""),
        ("#dockguard:ignore[compose/a]", "ignore", ["compose/a"], None, ""),
        ("# dockguard: ignore[compose/a, compose/b,] -- why", "ignore", ["compose/a", "compose/b"], None, "why"),
        ("# dockguard: ignore[DC001] — why", "ignore", ["DC001"], None, "why"),
        ("# dockguard: ignore[compose/old-a]: why", "ignore", ["compose/old-a"], None, "why"),
        ("# dockguard: ignore[compose/a] why not", "ignore", ["compose/a"], None, "why not"),
        ("# dockguard: ignore-block[compose/a]", "ignore-block", ["compose/a"], None, ""),
        ("# dockguard: ignore-file[ compose/a ]", "ignore-file", ["compose/a"], None, ""),
        (
            "# dockguard: ignore[compose/a] until=2027-03-31 -- a=b (SEC-412)",
            "ignore",
            ["compose/a"],
            datetime.date(2027, 3, 31),
            "a=b (SEC-412)",
        ),
    ],
)
def test_directives(text, scope, names, until, reason):
    found = one(text)
    assert (found.wrong, found.blanket) == ("", False)
    assert (found.scope, [name.text for name in found.names], found.until, found.reason) == (
        scope,
        names,
        until,
        reason,
    )
    assert [name.span.text for name in found.names] == names
    assert all(name.rule is not None for name in found.names)
    assert until is None or found.until_span.text == "until=2027-03-31"


@pytest.mark.parametrize(
    ("text", "wrong", "blanket"),
    [
        ("# dockguard: ignore", "name the rules that it silences", True),
        ("# dockguard: ignore[]", "name the rules that it silences", True),
        ("# dockguard: ignore[,]", "name the rules that it silences", True),
        ("# dockguard: ignore[compose]", "`compose` is more than one rule; name each of them", True),
        ("# dockguard: ignore[ALL]", "`ALL` is more than one rule; name each of them", True),
        ("# dockguard: ignore[*]", "`*` is more than one rule; name each of them", True),
        ("# dockguard: ignore[compose/a, @secrets]", "`@secrets` is more than one rule; name each of them", True),
        ("# dockguard: ignore[compose/a] until=soon", "`soon` is no date; write until=2027-03-31", False),
        ("# dockguard: ignore[compose/a] until=2027-02-30", "`2027-02-30` is no date", False),
        ("# dockguard: ignore[compose/a] until=20270330", "`20270330` is no date", False),
        ("# dockguard: ignore[compose/a] untill=2027-03-31", "unknown key `untill`, did you mean `until`?", False),
        ("# dockguard: ignore[compose/a] until=2027-03-31 until=2027-03-31", "`until` is written twice", False),
        ("# dockguard: ignores[compose/a]", "write `# dockguard: ignore[family/rule] -- reason`", False),
        ("# dockguard: ignore-all[compose/a]", "write `# dockguard:", False),
        ("# dockguard: ignore [compose/a]", "name the rules that it silences", True),
        ("# dockguard ignore[compose/a]", "write `# dockguard:", False),
        ("# dockguard global ignore=compose/a", "write `# dockguard:", False),
        ("# Dockguard: ignore[compose/a]", "write `# dockguard:", False),
    ],
)
def test_what_is_none(text, wrong, blanket):
    found = one(text)
    assert wrong in found.wrong
    assert found.blanket is blanket


def found_in(text, path="x"):
    src = source(text, path)
    return list(directives(src, comments(src), (), catalogue()))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# about dockguard",
        "# dockguard is good",
        "# see dockguard.toml",
        "a # https://dockguard: x",
        "x#dockguard: ignore[a]",
    ],
)
def test_prose_is_no_directive(text):
    assert found_in(text) == []


def test_several_in_one_comment():
    first, second = found_in("# dockguard: ignore[compose/a] -- one # dockguard: ignore[compose/b] -- two\nx")
    assert (first.reason, second.reason) == ("one", "two")
    assert second.span.text == "# dockguard: ignore[compose/b] -- two"


def test_after_another_comment():
    (found,) = found_in("# hadolint ignore=DL3002 # dockguard: ignore[compose/a]  \r\nx\r\n")
    assert found.span.text == "# dockguard: ignore[compose/a]"


def test_a_directive_outside_of_comments_is_misplaced():
    (found,) = found_in("!run x # dockguard: ignore[compose/a]\n")
    assert "no comment" in found.misplaced
    assert found_in("!echo '# dockguard: be nice' # dockguard ignore it\n") == []


def test_where_nothing_follows():
    line, block, file = found_in(
        "x\n# dockguard: ignore[compose/a]\n# dockguard: ignore-block[compose/a]\n# dockguard: ignore-file[compose/a]"
    )
    assert "`ignore`" in line.misplaced
    assert "`ignore-block`" in block.misplaced
    assert "top of the file" in file.misplaced


def test_hostile_comments_are_fast():
    texts = ["#" * 200_000, "# " * 100_000, "# dockguard:" * 50_000, "# dockguard: ignore[" + "a ," * 100_000 + "]"]
    texts += ["# dockguard: ignore[compose/a]" + " a=b" * 50_000, "# dockguard" + " " * 200_000 + "x"]
    texts += ["".join(f"# dockguard: ignore[nope/x{n}]\n" for n in range(5_000))]
    started = time.process_time()
    for text in texts:
        src = Source("x", text)
        spans = [src.line_span(n) for n in range(1, len(src.line_starts) + 1)]
        list(directives(src, [Comment(span, None, None) for span in spans], (), catalogue()))
    assert time.process_time() - started < 5


@given(st.text("# dockguar:ignoe[]-=,\n20370/ab—", max_size=80))
def test_any_text(text):
    for found in found_in("# dockguard: ignore" + text):
        assert found.span.text.startswith("#")
        assert found.wrong or found.names
