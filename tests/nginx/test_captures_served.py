"""Captures that nginx brings along from one location to another are those that the model knows of."""

from __future__ import annotations

import os
import random
import re
import socket

import pytest

from dockguard.formats.nginx.flow import captures
from dockguard.formats.nginx.flow.taint import Taint

from .helpers import site
from .oracle import serve
from .test_taint_served import _served

COUNT = int(os.environ.get("DOCKGUARD_LONG", "0") or 0) or 50
pytestmark = pytest.mark.skipif(not serve.available(), reason="there is no nginx to ask (DOCKGUARD_NGINX names one)")

SHOW = 'add_header X-0 "[$1]" always; empty_gif;'
NOWHERE = "root /nonexistent;"
A = "location ~ ^/a/(.*)$"
FAILED = "if ($arg_x ~ ^(q+)$) { set $y 1; }"


def _shown(port, path):
    with socket.create_connection(("127.0.0.1", port), timeout=60) as channel:
        channel.sendall(f"GET {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: channel.recv(65536), b"")).decode("latin1")
    found = re.search(r"\r\nX-(\d): \[(.*?)\]\r\n", answer, re.S)
    return (int(found[1]), found[2]) if found else None


@pytest.mark.parametrize(
    ("lines", "value"),
    [
        (f"location /a/ {{ rewrite ^/a/(.*)$ /t last; }} location /t {{ {SHOW} }}", "zz"),
        (f"location /a/ {{ rewrite ^/a/(.*)$ /t; }} location /t {{ {SHOW} }}", "zz"),
        (f"location /a/ {{ rewrite ^/a/(.*)$ /t?q=$1 last; }} location = /t {{ {SHOW} }}", "zz"),
        (f"location /a/ {{ rewrite ^/a/(.*)$ /t/$1 last; }} location /t/ {{ {SHOW} }}", "zz"),
        (f"location /a/ {{ rewrite ^/a(/.*)$ $1 last; }} location /z {{ {SHOW} }}", "/zz"),
        (f"{A} {{ rewrite ^ /t last; }} location /t {{ {SHOW} }}", ""),
        (f"{A} {{ {NOWHERE} try_files $uri @t; }} location @t {{ {SHOW} }}", "zz"),
        (f"{A} {{ {NOWHERE} try_files $uri /t; }} location /t {{ {SHOW} }}", "zz"),
        (f"{A} {{ {NOWHERE} try_files $uri /t/$1; }} location /t/ {{ {SHOW} }}", "zz"),
        (f"{FAILED} {A} {{ {NOWHERE} try_files $uri /t; }} location /t {{ {SHOW} }}", ""),
        (f"{FAILED} {A} {{ {NOWHERE} try_files $uri @t; }} location @t {{ {SHOW} }}", "zz"),
        (f"{FAILED} location /a/ {{ rewrite ^/a/(.*)$ /t last; }} location /t {{ {SHOW} }}", "zz"),
        (f"error_page 404 = @t; {A} {{ {NOWHERE} }} location @t {{ {SHOW} }}", "zz"),
        (f"error_page 404 /t; {A} {{ {NOWHERE} }} location /t {{ {SHOW} }}", "zz"),
        (f"{A} {{ error_page 502 @t; proxy_pass http://127.0.0.1:1; }} location @t {{ {SHOW} }}", "zz"),
        (f"{A} {{ {NOWHERE} error_page 404 @t; try_files $uri =404; }} location @t {{ {SHOW} }}", "zz"),
        (f"{A} {{ deny all; error_page 403 @t; }} location @t {{ {SHOW} }}", "zz"),
        (
            "error_page 405 @t; location / { if ($uri ~ ^/a/(.*)$) { return 405; } empty_gif; }"
            f"location @t {{ {SHOW} }}",
            "zz",
        ),
        (f"{A} {{ try_files /no /t; }} location ~ ^/(t)(b) {{ }} location /t {{ {SHOW} }}", "zz"),
        (f"{A} {{ try_files /no /t; }} location ~ ^/t$ {{ {SHOW} }}", ""),
        (f"{A} {{ try_files /no @s; }} location @s {{ rewrite . /t last; }} location /t {{ {SHOW} }}", ""),
        (f"{A} {{ try_files /no @s; }} location @s {{ try_files /no /t; }} location /t {{ {SHOW} }}", "zz"),
        (f"{A} {{ try_files /no @s; }} location @s {{ if ($arg_n ~ x) {{ set $y 1; }} {SHOW} }}", ""),
        (f"{A} {{ try_files /no @s; }} location @s {{ rewrite ^/no/(.*)$ /x last; {SHOW} }}", ""),
    ],
)
def test_what_comes_along(lines, value):
    with _served(lines) as (whole, port):
        assert _shown(port, "/a/zz") == (0, value)
    found = site(whole)
    (line,) = (line for line in found.lines() if line.name == "add_header")
    providers, _ = captures.of(line)
    text = Taint(found.variables, found.http).text("$1", line)
    assert text.known
    assert text.shape.holds(value)
    if value:
        assert text.client
        assert any(provider.lead is not None for provider in providers)
    else:
        assert all(
            provider.state != captures.MATCHED or not (provider.groups or ())[1:]
            for provider in providers
            if provider.lead is not None
        )


@pytest.mark.parametrize(
    "lines",
    [
        # Nothing leads there, or not with captures.
        f"{A} {{ return 404; }} error_page 403 @t; location @t {{ {SHOW} }}",
        f"location /a/ {{ rewrite ^/b/(.*)$ /t last; }} location /t {{ {SHOW} }}",
        f"location /a/ {{ rewrite ^/a/(.*)$ /t break; empty_gif; }} location /t {{ {SHOW} }}",
        f"location /a/ {{ rewrite ^/a/(.*)$ /t; return 204; }} location /t {{ {SHOW} }}",
        f"location /a/ {{ return 204; rewrite ^/a/(.*)$ /t last; }} location /t {{ {SHOW} }}",
        f"location /a/ {{ rewrite ^/a/(.*)$ /t redirect; }} location /t {{ {SHOW} }}",
        rf"location /a/ {{ rewrite ^/a/(\d+)$ /t/$1 last; }} location /t/x {{ {SHOW} }}",
        f"{A} {{ try_files /no @t; return 204; }} location @t {{ {SHOW} }}",
        f"error_page 502 @t; {A} {{ {NOWHERE} }} location @t {{ {SHOW} }}",
        f"{A} {{ try_files /no /t; }} location ^~ /t/ {{ {SHOW} }}",
        f"{A} {{ mirror /t; empty_gif; }} location /t {{ {SHOW} }}",
    ],
)
def test_what_does_not(lines):
    with _served(lines) as (whole, port):
        shown = [_shown(port, path) for path in ("/a/zz", "/a/12", "/b/zz", "/t", "/t/x")]
        assert all(one is None or not one[1] for one in shown)
    found = site(whole)
    (line,) = (line for line in found.lines() if line.name == "add_header")
    assert not captures.of(line)[0]
    assert not Taint(found.variables, found.http).text("$1", line).client


# Programs without a lead, ways on, and what answers in the end.
PROGRAMS = ["", "", "if ($arg_q ~ (h)(i)) { set $s x; }", "rewrite ^/no/(.*)$ /x break;", "if ($arg_q !~ (h)) { }"]
ANSWERS = [NOWHERE, "return 404;", "if ($uri ~ /(z+)) { return 404; }", "deny all;", "empty_gif;"]


def _leading(rng, targets):
    target = rng.choice(targets)
    way = rng.choice(["try", "try", "last", "end", "error"])
    if way == "try":
        return f"try_files /no {target}; {NOWHERE}"
    if way == "error" or target.startswith("@"):
        return f"error_page 403 404 {target}; {rng.choice(ANSWERS)}"
    return (
        f"rewrite {rng.choice(['^/a/(.*)$', '.', '^/(a|b)/z'])} {target}{' last' if way == 'last' else ''}; {NOWHERE}"
    )


def _generated(rng):
    """Three steps: each leads only to later ones, so that nothing goes round."""
    first = rng.choice(["~ ^/a/(.*)$", "/a/", "~ ^/(a)/(z+)$"])
    second, third = rng.choice(["@s", "/s", "= /s"]), rng.choice(["@t", "/t", "= /t"])
    plain = [name.split()[-1] for name in (second, third)]
    show = [f'add_header X-{at} "[$1]" always;' for at in range(3)]
    server = rng.choice(["", "", FAILED, "rewrite ^/(a)/q /a/z;"])
    return (
        f"{server} location {first} {{ {rng.choice(PROGRAMS)} {_leading(rng, plain)} {show[0]} }}"
        f"location {second} {{ {rng.choice(PROGRAMS)} {_leading(rng, plain[1:])} {show[1]} }}"
        f"location {third} {{ {rng.choice(PROGRAMS)} {show[2]} empty_gif; }}"
    )


def test_values_are_within_what_is_known():
    judged = brought = 0
    for seed in range(COUNT):
        with _served(_generated(random.Random(seed))) as (whole, port):
            assert port, whole
            found = site(whole)
            taint = Taint(found.variables, found.http)
            lines = [line for line in found.lines() if line.name == "add_header"]
            texts = [taint.text("$1", line) for line in lines]
            for path in ("/a/zz", "/a/zz?q=hi", "/s", "/t", "/a/q"):
                shown = _shown(port, path)
                if shown is None:
                    continue
                text = texts[shown[0]]
                assert text.shape.holds(shown[1]) if text.known else not shown[1], (seed, path, shown)
                judged += 1
                brought += bool(shown[1])
    assert judged > 2 * COUNT
    assert brought > COUNT / 4
