"""Text to placed values: scalars, aliases, merge keys, tags, limits."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockguard.formats.compose.text.parse import MAX_DEPTH, Tree, parse
from dockguard.source import Source


def tree(text: str) -> Tree:
    return parse(Source("compose.yaml", text))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0440", 288),
        ("0o440", 288),
        ("0x1F", 31),
        ("08", 8.0),
        ("1_000", 1000),
        ("1.50", 1.5),
        ("22:22", "22:22"),
        ("yes", "yes"),
        ("True", True),
        ("~", None),
        ("2020-01-01", "2020-01-01 00:00:00 +0000 UTC"),
        ("2020-1-1 4:5:6", "2020-01-01 04:05:06 +0000 UTC"),
        ("2020-01-01T04:05:06.50-07:30", "2020-01-01 04:05:06.5 -0730 -0730"),
        ("2020-02-30", "2020-02-30"),
        ("'2020-01-01'", "2020-01-01"),
        ("1.5e-5", 1.5e-5),
        ("'5'", "5"),
        ("!!str 5", "5"),
        ("!override 5", "5"),
        ('"a\\tb"', "a\tb"),
        ("=", "="),
    ],
)
def test_scalars_are_what_docker_compose_reads(text: str, value: Any) -> None:
    assert tree(f"a: {text}").root.map["a"].data == value


def test_aliases_keep_their_places() -> None:
    found = tree("x: &x {b: 1}\ny: *x\n").root.map["y"]
    assert found.plain() == {"b": 1}
    assert [step.span.text for step in found.via or ()] == ["*x"]
    assert not found.direct


def test_merge_keys_give_what_the_mapping_does_not_say() -> None:
    text = "a: &a {p: 1, q: 1}\nb: &b {q: 2, r: 2}\nc: {r: 3, <<: [*a, *b], s: 3}\n"
    found = tree(text).root.map["c"]
    assert found.plain() == {"r": 3, "p": 1, "q": 1, "s": 3}
    assert found.map["q"].place.text == "q: 1"
    assert not found.map["q"].direct
    assert found.map["s"].direct


def test_cleared_paths_go_through_aliases_and_merge_keys() -> None:
    document = tree("x: &x {c: !reset null, d: !override [1]}\ny: {<<: *x}\nz: *x\n").documents[0]
    assert [path for path, _, _ in document.cleared] == [
        ("x", "c"),
        ("x", "d"),
        ("y", "c"),
        ("y", "d"),
        ("z", "c"),
        ("z", "d"),
    ]
    assert document.value.plain() == {"x": {"d": [1]}, "y": {"d": [1]}, "z": {"d": [1]}}


def test_duplicates_and_keys_that_are_no_strings_are_defects() -> None:
    defects = tree("a: 1\na: 2\n3: x\n? [k]\n: y\n").documents[0].defects
    assert [defect.message for defect in defects] == [
        "mapping key `a` already defined at line 1",
        "non-string key 3",
        "a collection cannot be a key",
    ]


def test_an_empty_value_stands_behind_its_key() -> None:
    found = tree("a:\n\n# comment\nb: 1\n").root.map["a"]
    assert (found.data, found.place.text) == (None, "a")


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)
)
DEEP_ALIASES = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 400))
HOSTILE = {
    "deep flow": ("[" * 100_000, "too-deep"),
    "deep block": ("- " * 100_000, "too-deep"),
    "deep mappings": ("{a: " * 100_000, "too-deep"),
    "deep aliases": (DEEP_ALIASES, "too-deep"),
    "billion laughs": (BOMB, "too-large"),
    "many events": ("- - - -\n" * 60_000, "too-large"),
    "itself": ("a: &a {b: *a}", "compose-syntax"),
    "a merge of itself": ("a: &a {<<: *a}", "compose-syntax"),
    "no alias": ("a: *b", "compose-syntax"),
    "a control character": ("a: \x00", "compose-syntax"),
    "an open flow": ("a: [", "compose-syntax"),
    "tabs": ("\ta: 1", "compose-syntax"),
    "a template": ("a: {{ b }}", ""),
    "a huge number": ("a: " + "9" * 100_000, ""),
    "a long scalar": ("a: " + "x " * 500_000, ""),
    "a long quoted scalar": ('a: "' + "\\n" * 500_000 + '"', ""),
    "many comments": ("#\n" * 500_000, ""),
    "surrogates": ('a: "\\ud800"', ""),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_refused_in_time(name: str) -> None:
    text, code = HOSTILE[name]
    start = time.process_time()
    found = tree(text)
    assert time.process_time() - start < 8
    assert [problem.code for problem in found.problems] == ([code] if code else [])
    for problem in found.problems:
        assert problem.span is not None
        assert 0 <= problem.span.start <= problem.span.end <= len(text)


def test_depth_just_below_the_limit() -> None:
    assert not tree("[" * MAX_DEPTH + "]" * MAX_DEPTH).problems


@given(st.text(alphabet="abc:-[]{}&*!<>|'\"#\n ,?~0.", max_size=60))
def test_no_text_raises(text: str) -> None:
    found = tree(text)
    for document in found.documents:
        for _, value in document.value.walk():
            assert value.span.source.text[value.span.start : value.span.end] == value.span.text
