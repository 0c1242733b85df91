from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockguard.formats.dockerfile.variables.expand import expand
from dockguard.formats.dockerfile.variables.wildcard import BadSubstitution, ends, replace, tokens, trim
from dockguard.source import Unknown

ENV = {"A": "a", "EMPTY": "", "PATHS": "/one/two/three.tar.gz", "STAR": "a*b", "V": "1.2.3"}


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("plain", "plain"),
        ("$A", "a"),
        ("${A}x", "ax"),
        ("x$NO.", "x."),
        ("'$A'", "$A"),
        ('"$A b"', "a b"),
        ("\\$A", "$A"),
        ('"\\$A \\x"', "$A \\x"),
        ("a\\ b", "a b"),
        ("$", "$"),
        ("$1x", "x"),
        ("${NO:-d}", "d"),
        ("${EMPTY:-d}", "d"),
        ("${EMPTY-d}", ""),
        ("${NO-$A}", "a"),
        ("${NO:-${NO2:-deep}}", "deep"),
        ("${A:+y}", "y"),
        ("${EMPTY:+y}", ""),
        ("${EMPTY+y}", "y"),
        ("${NO+y}", ""),
        ("${A:?why}", "a"),
        ("${PATHS#*/}", "one/two/three.tar.gz"),
        ("${PATHS##*/}", "three.tar.gz"),
        ("${PATHS%.*}", "/one/two/three.tar"),
        ("${PATHS%%.*}", "/one/two/three"),
        ("${STAR%\\*b}", "a"),
        ("${V/./-}", "1-2.3"),
        ("${V//./-}", "1-2-3"),
        ("${V//?/x}", "xxxxx"),
        ("${PATHS/\\/one/x}", "x/two/three.tar.gz"),
    ],
)
def test_every_form(word: str, value: str) -> None:
    found = expand(word, ENV)
    assert (found.value, found.error) == (value, "")


@pytest.mark.parametrize(
    ("word", "error"),
    [
        ("${", "missing '}'"),
        ("${}", "bad substitution"),
        ("${:x}", "bad substitution"),
        ("${A", "unsupported modifier"),
        ("${A:=x}", "unsupported modifier (:=)"),
        ("${A:-x", "missing '}'"),
        ("${NO:?needed}", "NO: needed"),
        ("${EMPTY:?}", "EMPTY: is not allowed"),
        ("'a", "single-quote"),
        ('"a', "double-quote"),
        ("${A#\\x}", "invalid escape"),
    ],
)
def test_what_buildkit_refuses(word: str, error: str) -> None:
    assert error in expand(word, ENV).error


def test_the_backtick_escapes_where_the_directive_says_so() -> None:
    assert expand("`$A\\b", ENV, "`").value == "$A\\b"


def test_unknown_values() -> None:
    env = {"U": Unknown("later"), "A": "a"}
    assert isinstance(expand("x$U", env).value, Unknown)
    assert expand("${A:-$U}", env).value == "a"
    assert isinstance(expand("${NO:-$U}", env).value, Unknown)
    assert isinstance(expand("${U:-x}", env).value, Unknown)
    assert expand("${NO:+$U}", env).value == ""


def test_which_variables_have_no_value() -> None:
    assert expand("$NO ${A} ${B:-x} ${C:+y}", ENV).unset == ["NO"]
    assert expand("${A:-$NO}", ENV).unset == []


def test_values_cannot_grow_without_bound() -> None:
    assert expand("$X" * 100, {"X": "x" * 10000}).error == "the value is too long"
    assert expand("${A:-" * 500 + "}" * 500, {}).error


@settings(max_examples=200)
@given(st.text(alphabet="ab*?", max_size=6), st.text(alphabet="ab", max_size=8), st.booleans())
def test_patterns_match_as_regular_expressions_do(pattern: str, value: str, longest: bool) -> None:
    regex = re.compile("".join(".*" if c == "*" else "." if c == "?" else c for c in pattern))
    lengths = [end for end in range(len(value) + 1) if regex.fullmatch(value, 0, end)]
    assert list(ends(tokens(pattern), value)) == lengths
    word = pattern if not longest else f"#{pattern}"
    expected = value[(lengths[-1] if longest else lengths[0]) :] if lengths else value
    assert trim(value, word, "#") == expected


def test_long_patterns_are_refused() -> None:
    with pytest.raises(BadSubstitution):
        replace("a" * 5000, "*a*b", "x", every=True)


@settings(max_examples=300)
@given(st.text(alphabet="$A{}:-+?#%/'\"\\ ab", max_size=40))
def test_no_word_raises(word: str) -> None:
    expand(word, ENV)
