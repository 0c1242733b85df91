"""Python siblings of pages, packs that are merged, and front matter that is refused with its line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dockguard.pack import BadRule, Pack, load, merge, read
from dockguard.pack.load import understand
from tests.language.model import thing
from tests.pack.test_pages import HEAD, KINDS, page

FINDING = "from dockguard.finding import Finding\n"


def coded(tmp_path: Path, code: str, options: dict[str, Any] | None = None) -> list[str]:
    (tmp_path / "compose").mkdir(exist_ok=True)
    (tmp_path / "compose" / "a-thing.py").write_text(FINDING + code)
    (rule,) = load(page(tmp_path, check=None), KINDS).rules
    return [finding.message for finding in rule.check(thing(), options or {})]


def test_a_check_of_a_node(tmp_path: Path) -> None:
    assert coded(tmp_path, "def check(thing):\n    yield Finding(thing.span, thing.subject)\n") == ["things.one"]


def test_a_check_with_options(tmp_path: Path) -> None:
    code = "def check(thing, options):\n    yield Finding(thing.span, str(options['a']))\n"
    assert coded(tmp_path, code, {"a": 7}) == ["7"]


def test_siblings_of_one_name_are_apart(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    for folder in (one, two):
        (folder / "compose").mkdir()
        (folder / "compose" / "a-thing.py").write_text(
            f"{FINDING}def check(t):\n    yield Finding(t.span, '{folder.name}')\n"
        )
    rules = [load(page(folder, check=None), KINDS).rules[0] for folder in (one, two)]
    for _ in range(2):
        assert [next(iter(rule.check(thing(), {}))).message for rule in rules] == ["one", "two"]


def test_a_sibling_is_run_once_and_when_it_is_asked(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    code = f"with open({str(mark)!r}, 'a') as mark:\n    mark.write('x')\ndef check(thing):\n    return iter(())\n"
    (tmp_path / "compose").mkdir()
    (tmp_path / "compose" / "a-thing.py").write_text(code)
    (rule,) = load(page(tmp_path, check=None), KINDS).rules
    assert not mark.exists()
    for _ in range(3):
        assert list(rule.check(thing(), {})) == []
    assert mark.read_text() == "x"


def test_a_sibling_that_cannot_be_loaded_is_tried_once(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    code = f"with open({str(mark)!r}, 'a') as mark:\n    mark.write('x')\nraise ValueError('no')\n"
    (tmp_path / "compose").mkdir()
    (tmp_path / "compose" / "a-thing.py").write_text(code)
    (rule,) = load(page(tmp_path, check=None), KINDS).rules
    for _ in range(3):
        with pytest.raises(ValueError, match="no"):
            list(rule.check(thing(), {}))
    assert mark.read_text() == "x"


def test_a_sibling_without_a_check(tmp_path: Path) -> None:
    with pytest.raises(BadRule, match=r"a-thing\.md:2: a-thing\.py has no function `check`"):
        coded(tmp_path, "def chek(thing):\n    yield\n")


def test_a_siblings_own_errors_come_through(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        coded(tmp_path, "1 / 0\n")


def test_an_expression_wins_over_a_sibling(tmp_path: Path) -> None:
    (tmp_path / "compose").mkdir()
    (tmp_path / "compose" / "a-thing.py").write_text("1 / 0\n")
    (rule,) = load(page(tmp_path), KINDS, code=False).rules
    assert [finding.message for finding in rule.check(thing(), {})] == ["it is true"]


# --- packs -----------------------------------------------------------------------------------------------------------


def test_merging() -> None:
    def rule(id: str, *aliases: str) -> Any:
        text = (
            "---\n"
            + "".join(f"{key}: {value}\n" for key, value in HEAD.items())
            + f"aliases: [{', '.join(aliases)}]\n---\n"
        )
        return understand(read("x", text), id, Path("x.md"), KINDS)

    one, two = rule("compose/one", "old"), rule("compose/two")
    merged = merge([Pack((one,), {"compose/a": ""}), Pack((two,), {"compose/b": "compose/two"})])
    assert merged.rules == (one, two)
    assert merged.removed == {"compose/a": "", "compose/b": "compose/two"}
    assert one.aliases == ("compose/old",)
    for other in (
        rule("compose/one"),
        rule("compose/old"),
        rule("compose/three", "compose/one"),
        rule("nginx/x", "compose/old"),
    ):
        with pytest.raises(BadRule, match="already names compose/one"):
            merge([Pack((one,), {}), Pack((other,), {})])


# --- front matter ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("k: word", "word"),
        ("k: two words", "two words"),
        ('k: "a: b # c"', "a: b # c"),
        (r'k: "a \"b\""', 'a "b"'),
        ("k: 7", 7),
        ("k: -7", -7),
        ("k: 7.5", 7.5),
        ("k: 1.2.3", "1.2.3"),
        ("k: true", True),
        ("k: false", False),
        ("k: True", "True"),
        ("k: []", []),
        ("k: [a]", ["a"]),
        ("k: [a, 1, true]", ["a", 1, True]),
        ('k: ["a, b", c]', ["a, b", "c"]),
        (r'k: ["a \", b", c]', ['a ", b', "c"]),
        ("k: a#b", "a#b"),
        ("k: http://x", "http://x"),
    ],
)
def test_values(line: str, value: Any) -> None:
    got = read("p.md", f"---\na: 1\n{line}\n---\nbody\n")
    assert (got.meta["k"], type(got.meta["k"])) == (value, type(value))
    assert (got.lines["k"], got.body) == (3, "body\n")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("title: x\n", "p.md:1: a page begins with a line `---`"),
        ("---\ntitle: x\n", "p.md:1: the front matter is never closed"),
        ("---\na: 1\nword\n---\n", "p.md:3: not `key: value`: 'word'"),
        ("---\na: 1\n b: 1\n---\n", "p.md:3: not `key: value`: 'b: 1'"),
        ("---\na: \n---\n", "p.md:2: not `key: value`: 'a:'"),
        ("---\n: x\n---\n", "p.md:2: not `key: value`: ': x'"),
        ("---\na:1\n---\n", "p.md:2: not `key: value`: 'a:1'"),
        ("---\n\n---\n", "p.md:2: not `key: value`: ''"),
        ("---\na: 1\na: 2\n---\n", "p.md:3: `a` is given twice"),
        ("---\na: [x\n---\n", "p.md:2: `a`: a list stands on one line"),
        ("---\na: b: c\n---\n", "p.md:2: `a`: put it in double quotes"),
        ("---\na: b # c\n---\n", "p.md:2: `a`: put it in double quotes"),
        ("---\na: 'b'\n---\n", "p.md:2: `a`: put it in double quotes"),
        ("---\na: *b\n---\n", "p.md:2: `a`: put it in double quotes"),
        ('---\na: "b\n---\n', "p.md:2: `a`: "),
    ],
)
def test_front_matter_that_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(BadRule) as refused:
        read("p.md", text)
    assert str(refused.value).startswith(complaint)
