"""What variables hold when nginx serves them is within what the model says of them."""

from __future__ import annotations

import contextlib
import os
import random
import socket
import tempfile
from pathlib import Path

import pytest

from dockguard.formats.nginx.flow.taint import Taint
from dockguard.formats.nginx.flow.uses import uses
from dockguard.formats.nginx.regex.references import references

from .helpers import site
from .oracle import serve

COUNT = int(os.environ.get("DOCKGUARD_LONG", "0") or 0) or 60
pytestmark = pytest.mark.skipif(not serve.available(), reason="there is no nginx to ask (DOCKGUARD_NGINX names one)")

REGEXES = ["^/(.*)$", "^/a/([^/]+)", "(b+)/?(x)?", "nono", "(no)no", r"^/(?<n>\w+)/(.*)", r"/(\W*)$", "(?i)^/(A|B)/"]
VALUES = ["x", "$1", "$s0", "/$uri", "$arg_q", "$2"]  # a map that is asked in between would take the captures
TARGETS = ["/a/$1", "$request_uri", "/b/x", "/a/b"]
BREAK = " break"  # in a location, or captures go round with the request
FOLDERS = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
PATHS = ["/a/b", "/a/%0d%0aX:1/x", "/b/x?q=1/2", "/nono", "/a/%3Fx%23", "/A/b%20/", "/", "/a//b/../bb/x"]


def _program(rng, flag, depth=0):
    lines = []
    for _ in range(rng.randint(0, 3)):
        kind = rng.choice(["set", "set", "rewrite", "if", "ifre", "ifnot"])
        regex = rng.choice(REGEXES)
        if kind == "set":
            lines.append(f'set $s{rng.randint(0, 1)} "{rng.choice(VALUES)}";')
        elif kind == "rewrite":
            lines.append(f'rewrite "{regex}" {rng.choice(TARGETS)}{flag};' if not depth else "")
        elif depth < 1:
            sign = {"if": '$arg_q = "1/2"', "ifre": f'$uri ~ "{regex}"', "ifnot": f'$request_uri !~ "{regex}"'}[kind]
            lines.append(f"if ({sign}) {{ {_program(rng, flag, depth + 1)} }}")
    return " ".join(lines)


def _server(rng):
    places = ["/", "/a", "~ " + rng.choice(REGEXES[:2] + REGEXES[5:]), "~* ^/(a)/(.*)$"]
    shown = ["$1", "$2", "$s0", "$s1", "$uri", "$n", "$m"]
    blocks = []
    for place in rng.sample(places, 2):
        headers = " ".join(f'add_header X-{at} "[{one}]" always;' for at, one in enumerate(shown))
        blocks.append(f"location {place} {{ {_program(rng, BREAK)} {headers} error_page 599 /; empty_gif; }}")
    program = _program(rng, "") if rng.random() < 0.5 else ""
    return f'set $s0 ""; set $s1 ""; {program} {" ".join(blocks)}', shown


def _ask(port, path):
    with socket.create_connection(("127.0.0.1", port), timeout=60) as channel:
        channel.sendall(f"GET {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".encode())
        data = b""
        with contextlib.suppress(OSError):
            while more := channel.recv(65536):
                data += more
    return data.partition(b"\r\n\r\n")[0].decode("latin1") if b"X-9" not in data else ""


GROUP = 'map $uri $n1 { default ""; "~^/u/([^x]*)$" "$1"; }'
MAP = 'map $request_uri $m { default ""; "~^/a/(.*)$" "m$1"; "~^/b" fixed; }'
NAMES = 'map $arg_never $never { "~^(?<n>never)$" x; }'  # so that `$n` exists in every configuration


@contextlib.contextmanager
def _served(text):
    with tempfile.TemporaryDirectory(prefix="dockguard-taint-") as name:
        folder, port = Path(name), serve.free_port()
        base = f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/e.log; events {{}} http {{"
        paths = "".join(
            f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        whole = f"{base} access_log off; {paths} {GROUP} {MAP} {NAMES} server {{ listen 127.0.0.1:{port}; {text} }} }}"
        (folder / "nginx.conf").write_text(whole)
        with serve.running(folder, port) as runs:
            yield (whole, port) if runs else (whole, 0)


def test_values_are_within_their_shapes():
    judged = refused = 0
    for seed in range(COUNT):
        rng = random.Random(seed)
        text, shown = _server(rng)
        with _served(text) as (whole, port):
            refused += not port
            found = site(whole)
            taint = Taint(found.variables, found.http)
            empty = {id(one.line): one.number for one in references(found) if one.empty.known}
            for path in PATHS if port else ():
                judged += _compare(_ask(port, path), found, taint, shown, empty, (seed, path))
    assert judged > 20 * COUNT
    assert refused < COUNT / 4


def _compare(answer, found, taint, shown, empty, where):
    """Which location answered is not asked: the value must fit one of them."""
    judged = 0
    for at, name in enumerate(shown):
        begin = answer.find(f"\r\nX-{at}: [")
        if begin < 0:
            continue
        value = answer[begin + 8 : answer.find("]\r\n" if at + 1 < len(shown) else "]", begin)]
        lines = [line for line in found.lines() if line.name == "add_header" and line.text(0) == f"X-{at}"]
        texts = [taint.text(name, line) for line in lines]
        assert any(not text.known or text.shape.holds(value) for text in texts), (where, name, value)
        if "\n" in value:
            assert any(text.breaks_lines or not text.known for text in texts), (where, name, value)
        if all(id(line) in empty for line in lines):
            assert not value, (where, name, value)
        judged += 1
    return judged


@pytest.mark.parametrize(
    ("line", "path", "headers", "splits"),
    [
        ("return 301 http://x$uri;", "/%0d%0aInj:1", "", True),
        ("return 301 http://x$request_uri;", "/%0d%0aInj:1", "", False),
        ("return 301 http://x/$arg_a$args;", "/?a=%0d%0aInj:1", "", False),
        ("location ~ ^/a([^/]*)$ { return 301 /$1; }", "/a%0d%0aInj:1", "", True),
        ("location ~ ^/a([^/]*)$ { set $v $1; return 301 /$v; }", "/a%0d%0aInj:1", "", False),
        ("location ~ ^/a([^/]*)$ { set $w $1; set $v x$w; return 301 /$v; }", "/a%0d%0aInj:1", "", False),
        ("location ~ ^/a(?<p>[^/]*)$ { set $v $p; return 301 /$v; }", "/a%0d%0aInj:1", "", True),
        ("location / { if ($uri ~ ^/a([^/]*)$) { set $v $1; } return 301 /$v; }", "/a%0d%0aInj:1", "", False),
        ("location / { rewrite ^/a([^/]*)$ /b; set $v $1; return 301 /$v; }", "/a%0d%0aInj:1", "", True),
        ("location / { if ($uri) { rewrite ^/a([^/]*)$ /b; } set $v $1; return 301 /$v; }", "/a%0d%0aInj", "", True),
        ("rewrite ^/a([^/]*)$ /b; location / { set $v $1; return 301 /$v; }", "/a%0d%0aInj:1", "", False),
        (
            "location / { rewrite ^/a([^/]*)$ /b last; } location /b { set $v $1; return 301 /$v; }",
            "/a%0aInj:1",
            "",
            False,
        ),
        ("location ~ ^/a([^/]*)$ { set $v $1; add_header X-A $v; return 200 ok; }", "/a%0d%0aInj:1", "", False),
        ("rewrite ^/(?<p>[^?]*)$ http://x/$p redirect;", "/a%0d%0aInj:1", "", True),
        ("rewrite ^ http://x/$n1 redirect;", "/u/%0d%0aInj:1", "", True),
        ("location = /x { return 301 http://x$uri; }", "/x", "", False),
        ("rewrite ^/([^?]*)$ http://x/$1 redirect;", "/a%0d%0aInj:1", "", False),
        ("add_header X-A $uri; return 200 ok;", "/%0d%0aInj:1", "", True),
        ("add_header X-A $request_filename; return 200 ok;", "/%0d%0aInj:1", "", True),
        ("add_header X-A $fastcgi_script_name; return 200 ok;", "/%0d%0aInj:1", "", True),
        ("add_header X-A $remote_user; return 200 ok;", "/", "Authorization: Basic YQ0KSW5qOjE6cA==", True),
        ("add_header X-A $http_x$cookie_c; return 200 ok;", "/", "X: %0d%0aInj:1\r\nCookie: c=%0d%0aInj:1", False),
        ("error_page 404 =302 http://x$uri; location / { return 404; }", "/%0d%0aInj:1", "", True),
        ("error_page 404 http://x$uri; location / { return 404; }", "/%0d%0aInj:1", "", True),
        ("location / { try_files /no @n; } location @n { return 301 http://x$uri; }", "/%0d%0aInj:1", "", True),
        ("return 404 /errors$uri;", "/%0d%0aInj:1", "", False),
        ("if ($request_uri ~ ^/(.*)$) { return 301 $1; }", "/%0d%0aInj:1", "", False),
        ("add_header X-A $m; return 200 ok;", "/a/%0d%0aInj:1", "", False),
    ],
)
def test_what_can_split_headers(line, path, headers, splits):
    with _served(line) as (whole, port):
        with socket.create_connection(("127.0.0.1", port), timeout=60) as channel:
            more = f"{headers}\r\n" if headers else ""
            channel.sendall(f"GET {path} HTTP/1.1\r\nHost: h\r\n{more}Connection: close\r\n\r\n".encode())
            answer = b"".join(iter(lambda: channel.recv(65536), b"")).partition(b"\r\n\r\n")[0]
        newer = serve.version() > (1, 31, 5)
        if not (newer and "add_header" in line):
            assert (b"\nInj" in answer) == splits, answer
        assert any(use.splits.known for use in uses(site(whole))) == splits


@pytest.mark.parametrize(
    ("line", "path", "away"),
    [
        ("return 302 $arg_n;", "/?n=https://evil.test", True),
        ("return 302 /$arg_n;", "/?n=/evil.test", False),
        ("return 302 //$arg_n/;", "/?n=evil.test", False),
        ("absolute_redirect off; return 302 //$arg_n/;", "/?n=evil.test", True),
        ("absolute_redirect off; return 302 /$arg_n;", "/?n=/evil.test", True),
        ("location ~ ^/y/(.*)$ { return 301 /$1; }", "/y/%5cevil.test", False),
        ("absolute_redirect off; location ~ ^/y/(.*)$ { return 301 /$1; }", "/y/%5cevil.test", True),
        ("absolute_redirect off; location ~ ^/y(/.*)$ { return 301 $1; }", "/y/%5cevil.test", True),
        ("if ($request_uri ~ ^/o/(.*)$) { return 302 $1; }", "/o/https://evil.test", True),
        ("return 301 https://$host$request_uri;", "//evil.test", False),
        ("return 301 https://$http_x$request_uri;", "/", True),
    ],
)
def test_what_leads_to_other_sites(line, path, away):
    with _served(line) as (whole, port):
        with socket.create_connection(("127.0.0.1", port), timeout=60) as channel:
            head = f"GET {path} HTTP/1.1\r\nHost: h.test\r\nX: evil.test\r\nConnection: close\r\n\r\n"
            channel.sendall(head.encode())
            answer = b"".join(iter(lambda: channel.recv(65536), b"")).decode("latin1")
        target = answer.partition("Location: ")[2].partition("\r\n")[0].replace("\\", "/")
        scheme, host = target.partition("//")[::2]
        left = scheme in ("", "http:", "https:") and host.partition("/")[0].partition(":")[0] == "evil.test"
        assert left == away, target
        assert any(use.redirected.known for use in uses(site(whole))) == away
