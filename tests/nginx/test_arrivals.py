"""Ways from one location to another, by hand and at a bounded cost; and which texts a part of an expression takes."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockguard.formats.nginx.flow import captures
from dockguard.formats.nginx.flow.arrivals import arrivals
from dockguard.formats.nginx.flow.taint import Taint
from dockguard.formats.nginx.regex import pcre, spelling

from .helpers import site, whole

PATTERNS = [
    "a*", "(?:ab|b)+c?", "[^/]+", "/.*", r"\d{2,4}", "(a|b){2}", "a?b?", "(?:a*)*", "(?:a|ab)(?:c|bcd)", "x{0}", "",
    "a+?b", "(?:a?){3}", r"\w+/",
]  # fmt: skip


@settings(max_examples=300)
@given(st.sampled_from(PATTERNS), st.text("abcd/12", max_size=8))
def test_which_texts_an_expression_takes(pattern, text):
    tree = pcre.parse(pattern)
    assert tree is not None
    assert spelling.takes(tree.top, text) == (re.fullmatch(pattern, text) is not None)


@pytest.mark.parametrize("pattern", ["(?=a)a", r"(a)\1", "^a", r"\ba"])
def test_what_looks_around_is_not_judged(pattern):
    assert not spelling.takes(pcre.parse(pattern).top, "a")


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("^/a/(.*)$", "/a/"),
        ("/a", ""),
        ("^(/a)", ""),
        ("^/[ab]", "/"),
        (r"^/x\.php", "/x.php"),
        ("^", ""),
        ("^/a?", "/"),
    ],
)
def test_what_an_expression_begins_with(pattern, text):
    assert spelling.opening(pcre.parse(pattern).top) == text


def _ways(text):
    found = site(whole(text))
    return {
        f"{arrival.level.statement.texts[-1]} -> {level.statement.texts[-1]}": arrival.line.name
        for level in found.http.walk()
        if level.context == "location"
        for arrival in arrivals(level)
    }


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        ("location /a/ { rewrite ^/a/(.*)$ /$1 last; } location / { } location /b/c { }", ["/a/ -> /", "/a/ -> /b/c"]),
        (r"location /a/ { rewrite ^/a/(\d+)$ /$1 last; } location / { } location /b { } location /7 { }",
         ["/a/ -> /", "/a/ -> /7"]),
        ("location /a/ { rewrite ^/a/(?<n>x|y)$ /t/$n last; } location /t/ { } location /t/y { }",
         ["/a/ -> /t/", "/a/ -> /t/y"]),
        ("location /a/ { rewrite ^/a/(.*)$ /$1/$uri last; } location / { }", []),
        ("location /a/ { rewrite ^/a/(.*)$ /$arg_x last; } location / { }", []),
        (r"location /a/ { rewrite ^/a/(.*)$ /t.php?$1 last; } location ~ \.php$ { } location /t { }",
         [r"/a/ -> \.php$"]),
        (r"location /a/ { rewrite ^/a/(.*)$ /t.php last; } location ~ (?<!x)(*SKIP)\.php$ { } location /t { }", []),
        (r"location /a/ { rewrite ^/a/(.*)$ /t last; } location ~ ^/((\w+)+)*!$ { } location /t { }", []),
        ("location /a/ { rewrite ^/a/(.*)$ /t last; } include seen/none.conf; location /t { }", []),
        ("location /a { if ($arg_x) { rewrite ^ /t last; } try_files /x @n; } location /t { } location @n { }",
         ["/a -> /t", "/a -> @n"]),
        ("location /a { try_files /x /a/y; } ", []),
        ("location /a { error_page 404 =200 /t; } location /t { }", ["/a -> /t"]),
        ("location /a { error_page 404 https://e.test/; error_page 403 =404; } location /t { }", []),
        ("return 301 /x; location /a { try_files /x /t; } location /t { }", []),
        ("location /a { proxy_intercept_errors on; error_page 418 @t; proxy_pass http://a; } location @t { }",
         ["/a -> @t"]),
    ],
)  # fmt: skip
def test_ways(text, ways):
    assert sorted(_ways(text)) == ways


HOSTILE = {
    "edges": "".join(f"location /a{i}/ {{ rewrite ^/a{i}/(.*)$ /$1 last; add_header X $1; }}" for i in range(1000)),
    "tried": "".join(f"location /a{i} {{ try_files /x /a{i + 1}; add_header X $1; }}" for i in range(1000)),
    "named": "".join(
        f"location @a{i} {{ error_page 404 @a{i % 7}; try_files /x @a{i % 5}; add_header X $1; }}" for i in range(2000)
    ),
    "pages": "error_page 404 @t;" * 2000 + "location @t { add_header X $1; }" + "location ~ ^/(a)$ { }" * 2000,
    "program": "location /t { add_header X $1; } location /a { " + "rewrite ^/a(.*)$ /t last;\n" * 5_000 + "}",
    "regexes": "location /t { add_header X $1; } location /a { rewrite ^/a(.*)$ /t$1$1 last; rewrite (.*) /$1 last; }"
    + "".join(f"location ~ ^/((\\w+)/x{i})*(x|y|z)*(..?..?.?x)*$ {{ }}\n" for i in range(2000)),
    "deep": "location /t { add_header X $1; } location /a { rewrite ("
    + "(" * 900
    + "a*"
    + ")*" * 900
    + ") /$1 last; }",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_the_cost_is_bounded(name):
    found = site(whole(HOSTILE[name]))
    began = time.process_time()
    taint = Taint(found.variables, found.http)
    for line in found.lines():
        if line.name == "add_header":
            captures.of(line)
            taint.text("$1", line)
    assert time.process_time() - began < 8
