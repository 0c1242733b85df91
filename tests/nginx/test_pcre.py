"""Expressions are read as Python reads them where both agree on the language; what groups capture is never outside."""

from __future__ import annotations

import os
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockguard.formats.nginx.regex import automaton, chars, pcre, shape
from dockguard.formats.nginx.regex.backtracking import tries
from dockguard.formats.nginx.regex.pcre_tree import One

COUNT = int(os.environ.get("DOCKGUARD_LONG", "0") or 0) or 250

ATOMS = st.sampled_from(
    ["a", "b", "/", r"\.", ".", "[ab]", "[^/]", "[^a\\n]", r"\d", r"\w", r"\W", r"\s", r"\S", "[a-c/-]", r"[\w.]", "-"]
)


def _grow(inner):
    quantified = st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{0,2}", "{1,}", "*?", "+?", "*+"]))
    grouped = st.tuples(st.sampled_from(["(", "(?:", "(?i:", "(?>"]), inner)
    return st.one_of(
        quantified.map(lambda pair: f"(?:{pair[0]}){pair[1]}"),
        grouped.map(lambda pair: f"{pair[0]}{pair[1]})"),
        st.lists(inner, min_size=1, max_size=4).map("".join),
        st.lists(inner, min_size=2, max_size=3).map("|".join).map(lambda text: f"(?:{text})"),
    )


PATTERNS = st.recursive(ATOMS, _grow, max_leaves=12)
TEXTS = st.text("ab/.-1A\n\r é", max_size=12)


def _strings(pattern):
    return st.one_of(TEXTS, st.from_regex(re.compile(pattern, re.ASCII), fullmatch=False).filter(lambda t: len(t) < 60))


@settings(max_examples=COUNT)
@given(st.data())
def test_captures_stay_within_their_shapes(data):
    pattern = data.draw(st.tuples(st.sampled_from(["", "^"]), PATTERNS, st.sampled_from(["", "$"])).map("".join))
    text = data.draw(_strings(pattern.replace("(?>", "(?:").replace("*+", "*")))
    shapes = shape.captures(pattern)
    assert shapes is not None
    found = re.search(pattern, text, re.ASCII)
    assert len(shapes) == re.compile(pattern).groups + 1
    if found:
        for number, one in enumerate(shapes):
            assert one.holds(found[number] or ""), (pattern, text, number, found[number])
            assert not one.heads or found.start(number) in (0, -1), (pattern, text, number)


@pytest.mark.parametrize(
    ("pattern", "first"),
    [("^(.*)$", True), ("(.*)", True), ("(.*)$", False), ("^/?(.*)", False), ("(?:^)(a(b))", True), ("^(a)+", False)],
)
def test_whether_a_group_begins_where_the_text_begins(pattern, first):
    assert shape.captures(pattern)[1].heads is first


@settings(max_examples=COUNT)
@given(st.data())
def test_automata_accept_what_matches(data):
    pattern = data.draw(st.tuples(st.sampled_from(["", "^"]), PATTERNS, st.sampled_from(["", "$"])).map("".join))
    pattern = pattern.replace("(?>", "(?:").replace("*+", "*")  # an automaton gives back what an atomic group keeps
    text = data.draw(TEXTS).replace("\n", "")  # `$` before the last line break is a thing of its own
    tree = pcre.parse(pattern)
    machine = automaton.of(tree) if tree else None
    if machine is not None:
        assert _accepts(machine, text) == bool(re.search(pattern, text, re.ASCII)), (pattern, text)


def _accepts(machine, text):
    def closure(states, begin, end):
        found, stack = set(states), list(states)
        while stack:
            for condition, target in machine.moves[stack.pop()]:
                fits = {"": True, "^": begin, "$": end}[condition]
                if fits and target not in found:
                    found.add(target)
                    stack.append(target)
        return found

    states = closure({0}, True, not text)
    for at, char in enumerate(text, 1):
        moved = {target for state in states for mask, target in machine.takes[state] if mask & chars.of(char)}
        states = closure(moved, False, at == len(text))
    return machine.final in states


@settings(max_examples=COUNT)
@given(st.text(max_size=40))
def test_any_text_is_read_or_not(text):
    pcre.parse(text)
    shape.captures(text, True)
    tries(text)


@pytest.mark.parametrize(
    ("pattern", "groups", "names"),
    [
        (r"^/(?<a>x)/(?P<b>y)/(?'c'z)", 3, ["a", "b", "c"]),
        (r"(*UTF8)(*LIMIT_MATCH=9)/(.*)", 1, []),
        (r"(?|(a)(b)|(c))(d)", 3, []),
        (r"(?i)a(?-i)(b)", 1, []),
        (r"a(?#not a (group)b", 0, []),
        (r"(?x) a ( b ) # (c)", 1, []),
        (r"\Q(a)\E(b)", 1, []),
        (r"(?n)(a)(?<n>b)", 1, ["n"]),
        (r"[[:alpha:](]+([^[:space:]]*)", 1, []),
        (r"a{,3}(b){2}", 1, []),
    ],
)
def test_what_python_does_not_know(pattern, groups, names):
    tree = pcre.parse(pattern)
    assert (tree.count, list(tree.names)) == (groups, names)


@pytest.mark.parametrize(
    "pattern",
    ["(", ")", "[a", "*a", r"\i", "(?<a", "(?R)", r"a\1(?(1)b)", "a" * 5000, "(" * 60 + ")" * 60, "[b-a]"],
)
def test_what_is_not_read(pattern):
    assert pcre.parse(pattern) is None


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"\h", " \t"),
        (r"\R", "\n\v\f\r"),
        (r"[[:digit:]]", "0123456789"),
        (r"\x41", "A"),
        (r"\x{61}", "a"),
        (r"\n", "\n"),
    ],
)
def test_sets(pattern, text):
    top = pcre.parse(pattern).top
    assert isinstance(top, One)
    assert chars.text(top.mask) == "".join(sorted(text))


def test_dots_and_classes_differ_in_line_breaks():
    assert not chars.of("\n") & shape.captures("(.*)")[1].chars
    assert chars.of("\n\r") == chars.of("\n\r") & shape.captures("([^/]*)")[1].chars
    assert not shape.captures(r"([^\r\n]*)")[1].chars & chars.of("\r\n")


def test_what_surely_stands_in_a_capture():
    one, two = shape.captures(r"^(a/|b/c)(x?)$")[1:]
    assert chars.text(one.needs) == "/"
    assert not one.empty
    assert two.empty


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"^/api/health$", "/api/health"),
        (r"^/a\.b$", "/a.b"),
        (r"^/a.b$", None),
        ("^$", None),
        ("^/a", None),
        (r"\A/a\z", "/a"),
    ],
)
def test_exact(pattern, text):
    assert shape.exact(pcre.parse(pattern).top) == text


@pytest.mark.parametrize(
    ("pattern", "growth"),
    [
        (r"^/((ab)+)+/test$", "exponential"),
        (r"^/(.|x)+/path$", "exponential"),
        (r"(a|b|ab)*c", "exponential"),
        (r"(\s*,\s*)+x", "exponential"),
        (r"^(.*\.)+php$", "exponential"),
        (r"(a?b?)*c", "exponential"),
        (r"^/.*.*end$", "quadratic"),
        (r"\d+\w*x", "quadratic"),
        (r"^/(\w+/)+endpoint$", None),
        (r"^https?://([a-z0-9-]+\.)+com$", None),
        (r"^/(a|ab)+$", None),
        (r"(a+)+", None),
        (r"(a++)+b", None),
        (r"^(?>a+)+b", None),
        (r"(.*)/(.*)$", None),
        (r"\.(jpe?g|png|gif)$", None),
    ],
)
def test_tries(pattern, growth):
    found = tries(pattern)
    assert (found.growth if found else None) == growth


@pytest.mark.parametrize(
    "pattern",
    [
        "(" + "|".join(f"a{c}b" for c in "abcdefghijklmnopqrstuvwxyz") + ")*z",
        "(" + ".?" * 30 + "x)*z",
        "(" * 40 + "a+" + ")*" * 40 + "b",
        "a+" * 900 + "$",
        "(?:a{60}){60}{60}{60}b",
    ],
)
def test_hostile_expressions_cost_little(pattern):
    import time

    began = time.process_time()
    tries(pattern)
    shape.captures(pattern)
    assert time.process_time() - began < 2
