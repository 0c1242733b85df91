"""What variables hold: by hand, on any text, and at a bounded cost."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockguard.formats.nginx.flow import authority
from dockguard.formats.nginx.flow.taint import Taint, parts
from dockguard.formats.nginx.flow.uses import uses
from dockguard.formats.nginx.regex import chars
from dockguard.formats.nginx.regex.expressions import expressions
from dockguard.formats.nginx.regex.origin import holes
from dockguard.formats.nginx.regex.references import references

from .helpers import site, whole

WORDS = st.sampled_from(
    """server { } ; location ~ ^/(.*)$ / if ($uri ~ ^/(?<n>x)) ($x !~* (a)(b)) set $x $1 $n$uri "" rewrite return 301
    http://$x$1 map $m default geo add_header proxy_set_header Host proxy_pass http://$arg_a/ alias root error_page
    =302 fastcgi_pass unix:/a:/$2 limit_except GET @n ~*( ${x} $ $12 valid_referers ~[ server_name ~^(?<n>.+)$ {{x}}
    $http_origin Access-Control-Allow-Origin default""".split()
)


@settings(max_examples=300)
@given(st.lists(WORDS, max_size=60).map(" ".join), st.booleans())
def test_any_text_has_answers(text, inside):
    found = site(f"events {{}} http {{ server {{ {text} }} }}" if inside else text)
    for use in uses(found):
        answers = (use.splits, use.chosen_host, use.spoofed_host, use.chosen_file, use.path_trouble, use.fixed_path)
        assert all(one.span.source in found.sources for one in (*answers, use.reflects_origin))
    for regex in expressions(found):
        assert regex.span.start <= regex.span.end
        assert all(one.span.source in found.sources for one in (regex.growth, regex.strangers, regex.exact))
        assert regex.unanchored in (True, False)
    for one in references(found):
        assert one.span.text.startswith("$") or "\\" in one.span.text
        assert one.empty.span.source in found.sources


def _uses(text, name):
    return [use for use in uses(site(whole(text))) if use.name == name]


@pytest.mark.parametrize(
    ("address", "stages"),
    [
        ("http://a:80/x/$uri", [("scheme", "http://"), ("host", "a:80"), ("path", "/x/"), ("path", "$uri")]),
        ("http://a$request_uri", [("scheme", "http://"), ("host", "a"), ("path", "$request_uri")]),
        ("http://$arg_a:8/", [("scheme", "http://"), ("host", ""), ("host", "$arg_a"), ("host", ":8"), ("path", "/")]),
        (
            "http://unix:/run/a.sock:/x$uri",
            [("scheme", "http://"), ("host", "unix:/run/a.sock"), ("path", ":/x"), ("path", "$uri")],
        ),
        ("$arg_a://$arg_b", [("scheme", "$arg_a"), ("scheme", "://"), ("host", ""), ("host", "$arg_b")]),
    ],
)
def test_stages_of_an_address(address, stages):
    (use,) = _uses(f"location / {{ proxy_pass {address}; }}", "proxy_pass")
    assert [(stage, part.written) for stage, part in authority.stages(use.ways[0], True)] == stages


def test_parts_of_a_value():
    assert [(text, name) for text, name, _, _ in parts("a$1b${X}$12$y.")] == [
        ("a", ""), ("$1", "1"), ("b", ""), ("${X}", "x"), ("$1", "1"), ("2", ""), ("$y", "y"), (".", ""),
    ]  # fmt: skip


def test_the_block_and_its_server_decide():
    found = site(whole("set $a $arg_x; location /a { set $a fixed; return 301 /$a; } location /b { return 301 /$a; }"))
    taint = Taint(found.variables, found.http)
    first, second = (line for line in found.lines() if line.name == "return")
    assert not taint.text("$a", first).client
    assert taint.text("$a", second).chosen == {"arg_x"}


def test_lines_of_a_program_see_what_ran_before():
    found = site(whole('set $a ""; location / { set $b $a; set $a $arg_x; add_header X $b; }'))
    (line,) = (line for line in found.lines() if line.name == "add_header")
    assert not Taint(found.variables, found.http).text("$b", line).client


def test_what_a_map_gives():
    maps = "map $arg_x $m { default a/; ~^(\\d+)$ $1; x $arg_y; }"
    found = site(whole("add_header X $m;", maps))
    (line,) = (line for line in found.lines() if line.name == "add_header")
    text = Taint(found.variables, found.http).text("$m", line)
    assert text.chosen == {"arg_x", "arg_y"}
    assert not text.shape.chars & chars.of("\n")
    (fixed,) = (site(whole("add_header X $m;", "map $arg_x $m { default a; b b; }")),)
    (line,) = (line for line in fixed.lines() if line.name == "add_header")
    assert chars.text(Taint(fixed.variables, fixed.http).text("$m", line).shape.chars) == "ab"


@pytest.mark.parametrize(
    ("pattern", "referer", "sound"),
    [
        (r"^https://([a-z-]+\.)?example\.org(:\d+)?$", False, True),
        (r"^https?://(localhost|127\.0\.0\.1)(:\d+)?$", False, True),
        (r"^https?://192\.168\.\d+\.\d+$", False, True),
        (r"^https?://([a-z0-9-]+\.)*(example\.com|example\.org)$", False, True),
        (r"^https://.+\.internal$", False, True),
        (r"^https?://example\.org($|/)", True, True),
        (r"^https://(?!evil)example\.org$", False, True),  # not judged
        (r"^https://example.org$", False, False),
        (r"^https://.*example\.org$", False, False),
        (r"^https://example\.org", False, False),
        (r"^https://[a-z]+\.co\.uk$", False, False),
        (r"^.*example\.org/", True, False),
        (r"^https://example\.org/$", False, False),
    ],
)
def test_origins(pattern, referer, sound):
    assert (holes(pattern, False, referer) == ()) == sound


HOSTILE = {
    "ifs": "location / { " + "if ($x ~ (a)) { return 301 /$1; }\n" * 10_000 + "}",
    "sets": "location / { " + "set $a $a$b$1;\nset $b $a$b;\n" * 10_000 + "add_header X $a; }",
    "rewrites": "location / { " + "rewrite ^/x(.*)$ http://$1/$uri$a redirect;\n" * 20_000 + "}",
    "chain": "".join(f"set $a{i} $a{i - 1}$a{i - 1}$a{i - 1}; add_header X $a{i};" for i in range(1, 3000)),
    "loops": "".join(f"location ~ ^/((\\w+)+/)*a{i}(x|y|z)*(..?..?.?x)*$ {{ }}\n" for i in range(2000)),
    "origins": "".join(f'if ($http_origin !~ "^([^/]+\\.)*(a{i}|b)+\\.(d|e).{{0,60}}$") {{ }}\n' for i in range(1000)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_the_cost_is_bounded(name):
    found = site(whole(HOSTILE[name]))
    began = time.process_time()
    for use in uses(found):
        assert all(one.sure for one in (use.splits, use.chosen_host, use.path_trouble))
    for regex in expressions(found):
        assert all(one.sure for one in (regex.growth, regex.strangers))
    for one in references(found):
        assert one.empty.sure
    assert time.process_time() - began < 10
