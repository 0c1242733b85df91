from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .helpers import tree


def words(statement):
    return (statement.name.text, *statement.texts)


def flat(text):
    return [words(statement) for statement in tree(text).walk()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a b;", [("a", "b")]),
        ("a 'b c' \"d;e\";", [("a", "b c", "d;e")]),
        ("a { b; c { d; } }", [("a",), ("b",), ("c",), ("d",)]),
        ("a${x}b c;", [("a${x}b", "c")]),
        ("location ~ a\\{2\\} { }", [("location", "~", "a\\{2\\}")]),
        ("a b#c; # d", [("a", "b#c")]),
        ("a\tb\r\n;", [("a", "b")]),
        ('a "\\"\\\\\\t\\d";', [("a", '"\\\t\\d')]),
        ("a }b;", [("a",), ("b",)]),
        ("if ($a = \"b\") { c; }", [("if", "($a", "=", "b", ")"), ("c",)]),
        ("a_by_lua_block { y('}') -- }\n } a;", [("a_by_lua_block", " y('}') -- }\n "), ("a",)]),
        ("set_by_lua_block $x { return [[ } ]] }", [("set_by_lua_block", "$x", " return [[ } ]] ")]),
        ("a\u00a0b c;", [("a\u00a0b", "c")]),
    ],
)  # fmt: skip
def test_words_as_nginx_reads_them(text, expected):
    assert flat(text) == expected


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("a b", 'unexpected end of file, expecting ";"', "a b"),
        ("a { b;", 'unexpected end of file, expecting "}"', "a"),
        ("a; }", 'unexpected "}"', "}"),
        ("a { b }", 'unexpected "}", expecting ";"', "}"),
        ("; a;", 'unexpected ";"', ";"),
        ("{ a; }", 'unexpected "{"', "{"),
        ("a 'b;", "quote is never closed", "'"),
        ('a "b"c;', 'unexpected "c" after a quoted word', "c"),
        ("x_by_lua_block { ", "Lua block is never closed", "{"),
    ],
)
def test_problems_have_places_and_the_rest_is_kept(text, message, place):
    found = tree(text)
    assert (found.problems[0].message, found.problems[0].span.text) == (message, place)
    assert found.problems[0].code == "nginx-syntax"
    assert list(found.walk())


def test_what_follows_an_error_is_kept():
    assert flat("a { b } c d; } e;") == [("a",), ("b",), ("c", "d"), ("e",)]


def test_spans_hold_what_they_claim():
    found = tree('server {\n    add_header X "a b" always; # note\n}\n')
    server, header = found.walk()
    assert header.span.text == 'add_header X "a b" always;'
    assert header.head.text == 'add_header X "a b" always'
    assert [word.span.text for word in header.args] == ["X", '"a b"', "always"]
    assert header.args[1].inner.text == "a b"
    assert header.args[1].part(2, 3).text == "b"
    assert server.span.text == found.source.text.rstrip("\n")
    assert [found.source.text[a:b] for a, b in found.remarks] == ["# note"]


@pytest.mark.parametrize(
    ("text", "expected", "opaque"),
    [
        ("listen {{ port }};", ("listen", "_" * 10), True),
        ("{% if x %}\nlisten 80;\n{% endif %}\n", ("listen", "80"), False),
        ("{{ more }}\nlisten 80;", ("listen", "80"), False),
        ("listen <%= port %> ssl;", ("listen", "_" * 11, "ssl"), True),
        ("listen 127.0.0.1:%%PORT%%;", ("listen", "127.0.0.1:" + "_" * 8), True),
        ("listen ${PORT};", ("listen", "${PORT}"), False),
    ],
)
def test_templates_are_placeholders_of_the_same_length(text, expected, opaque):
    (statement,) = tree(text).statements
    assert words(statement) == expected
    assert statement.args[0].opaque is opaque
    assert statement.args[0].fact.sure is not opaque


PIECES = [*"ab {};\"'\\#$\n%(~", "{{", "}}", "{%", "%}", "_by_lua_block {"]


@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
def test_any_text_is_read_and_its_spans_lie_in_it(text):
    found = tree(text)
    end = 0
    for statement in found.walk():
        assert statement.name.start >= end
        end = statement.name.end
        assert statement.end <= len(text)
        assert all(word.span.text or word.quote == "lua" for word in statement.args)
    for problem in found.problems:
        assert 0 <= problem.span.start <= problem.span.end <= len(text)


@given(
    st.recursive(
        st.just("a b;"),
        lambda inner: st.lists(inner, max_size=3).map(lambda x: "c d {" + " ".join(x) + "}"),
        max_leaves=20,
    )
)
def test_well_formed_texts_have_no_problems(text):
    found = tree(text)
    assert not found.problems
    assert len(list(found.walk())) == text.count(";") + text.count("{")


HOSTILE = {
    "templates": "{{ " * 30_000,
    "tags": "{% " * 30_000,
    "blocks": "a {" * 20_000,
    "braces": "{" * 50_000,
    "closing": "}" * 50_000,
    "quotes": "'" * 50_001,
    "backslashes": "\\" * 50_001,
    "statements": "a;" * 20_000,
    "lua": "x_by_lua_block { " + "[[" * 30_000,
    "lua comments": "x_by_lua_block { " + "--[[" * 20_000,
    "dollars": "a " + "${" * 30_000,
    "a long word": "a " + "b" * 300_000 + ";",
    "remarks": "#\n" * 30_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_end_soon(name):
    began = time.process_time()
    found = tree(HOSTILE[name])
    assert time.process_time() - began < 8
    assert len(found.problems) <= 40


def test_deep_blocks_are_refused_not_followed():
    found = tree("a { " * 10_000)
    assert found.problems[0].message == "blocks are nested deeper than 100"
    assert len(list(found.walk())) == 101
