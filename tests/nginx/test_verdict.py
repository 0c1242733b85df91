"""What is unknown, misplaced or miscounted is so by nginx's own check."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from dockguard.formats.nginx.assemble import assemble
from dockguard.formats.nginx.build import context_of
from dockguard.formats.nginx.directives import table
from dockguard.formats.nginx.text.parse import parse
from dockguard.source import Source
from dockguard.stack.pieces import Assumption
from dockguard.workspace import Workspace

from .helpers import site, whole
from .oracle import serve
from .test_assemble import container

CORPUS = os.environ.get("DOCKGUARD_CORPUS", "")
AROUND = {
    "main": ("", ""), "http": ("events{} http{", "}"), "server": ("events{} http{server{", "}}"),
    "location": ("events{} http{server{location /{", "}}}"), "upstream": ("events{} http{upstream u{", "}}"),
    "stream": ("events{} stream{", "}"),
}  # fmt: skip
JUDGED = (
    "unknown directive",
    "is not allowed here",
    "invalid number of arguments",
    'it must be "on"',
    "has no opening",
)
SERVER_LINES = (
    "add_header A b;", "add_header A;", "add_header A b always c;", "autoindex yes;", "autoindex on off;",
    "proxy_pass http://127.0.0.1;",
    "worker_processes 1;", "server_tokens off;", "server_token off;", "if ($host) { add_header A b; }",
    "if ($host) { return 404; }",
    "location / { limit_except GET { add_header A b; } }", "location / { if ($host) { access_log off; } }",
    "if ($host) { access_log off; }", "location / { server_name x; }",
    "location / { limit_rate 1k; location /a { internal on; } }",
    "location;", "location / a b { }", "return;", "return 404 a b;", "index a b c d;", "types { a/b c; }",
    "try_files a;",
    "limit_req_zone $host zone=a:1m rate=1r/s;", "resolver 127.0.0.1;", "error_page 404;", "include;", "ssl_protocols;",
    "rewrite a b c d;", "client_max_body_size 1m 2m;", "keepalive_requests 5;", "gzip maybe;", "gzip ON;", "root;",
    "satisfy any;",
)  # fmt: skip


def first_wrong(text):
    """The line of the first directive that the table does not take, and of the first syntax error."""
    workspace = Workspace(None, texts={"nginx.conf": text})
    tree = workspace.tree("nginx.conf", parse)
    (found,) = assemble([tree], workspace, [])
    lines = [
        one.span.line for one in found.lines() if one.verdict.unknown or one.verdict.misplaced or one.verdict.wrong
    ]
    return lines + [problem.span.line for problem in tree.problems]


@pytest.mark.skipif(not serve.available(), reason="there is no nginx to ask")
@pytest.mark.parametrize("line", SERVER_LINES)
def test_lines_of_a_server(line, tmp_path):
    text = whole(line)
    (tmp_path / "nginx.conf").write_text(text)
    verdict = serve.refuses(tmp_path)
    assert bool(first_wrong(text)) == any(kind in verdict for kind in JUDGED), verdict


@pytest.mark.skipif(not CORPUS, reason="DOCKGUARD_CORPUS does not name the shared corpus")
@pytest.mark.skipif(not serve.available(), reason="there is no nginx to ask")
def test_files_that_nginx_takes(tmp_path):
    """Nothing is said against them; and what nginx refuses for its directives is said on the same line."""
    taken = refused = 0
    for path in sorted(Path(CORPUS).glob("c*/**/*.conf")):
        text = path.read_text(encoding="utf-8", errors="replace")
        before, after = AROUND[context_of(parse(Workspace(None, texts={"x": text}).read("x")))]
        (tmp_path / "nginx.conf").write_text(f"{before}{text}\n{after}")
        verdict, lines = serve.refuses(tmp_path), first_wrong(text)
        if not verdict:
            taken += 1
            assert not lines, path
        elif _decided(verdict) and not before:  # where a fragment belongs is a guess
            refused += 1
            assert int(re.search(r"nginx\.conf:(\d+)", verdict)[1]) in lines, (path, verdict)
    assert taken > 250
    assert refused > 1


def _decided(verdict):
    name = re.search(r'directive "([^"]+)"', verdict)
    newer = name and (table.known(name[1]) or table.foreign(name[1]) or name[1] in table.REMOVED)
    kinds = [kind for kind in JUDGED if kind in verdict]
    return bool(kinds) and not (newer and kinds[0] == "unknown directive")


def test_suggestions():
    (line,) = [one for one in site(whole("add_headers A b;")).lines() if one.name == "add_headers"]
    assert (line.unknown.value, line.suggestion) == (True, "add_header")
    assert line.name_span.text == "add_headers"


def test_modules_are_left_alone():
    found = site(whole("more_set_headers 'A: b'; brotli on; js_content a; vhost_traffic_status on; pagespeed on;"))
    assert not any(one.unknown.value for one in found.lines())
    loaded = site("load_module x.so; " + whole("frobnicate on; add_headerr A b;"))
    verdicts = {one.name: one.unknown.known for one in loaded.lines() if one.verdict.unknown}
    assert verdicts == {"frobnicate": None, "add_headerr": True}


def test_a_fragment_is_not_judged_by_where_it_may_stand():
    found = site("proxy_pass http://a; limit_req_zone $host zone=a:1m rate=1r/s; user x;")
    assert not any(one.misplaced for one in found.lines())


def test_the_table_is_whole():
    assert table.known("add_header_inherit")
    assert table.since("add_header_inherit") == "1.29.3"
    assert {"http", "server", "location", "if in location"} == table.allowed("add_header")
    assert table.entries("server_tokens")[0].expected == "1 argument"


@pytest.mark.parametrize(
    ("image", "line", "lacking"),
    [
        ("nginx:1.24", "http2 on;", "it came with nginx 1.25.1"),
        ("nginx:1.25-alpine", "http2 on;", ""),
        ("nginx:1.25.0", "http2 on;", "it came with nginx 1.25.1"),
        ("registry.example.org/nginx/nginx-unprivileged:1.29.2-alpine3.22", "add_header_inherit on;",
         "it came with nginx 1.29.3"),
        ("nginx:1.26", "ssl on;", "nginx 1.25.0 was the last to have it"),
        ("nginx:1.25", "ssl on;", ""),
        ("nginx:stable", "http2 on; ssl on;", ""),
        ("mysql:1.2", "http2 on;", ""),
        ("", "http2 on; ssl on;", ""),
    ],
)  # fmt: skip
def test_versions(image, line, lacking):
    (found,) = [one for one in _run_by(image, whole(line)) if one.verdict.lacking] or [None]
    assert (found.verdict.lacking if found else "") == lacking
    assert found is None or (found.unknown.value, found.suggestion) == (True, "")


def test_an_assumed_version():
    text = whole("http2 on;")
    span = Source("dockguard.toml", "").whole
    for pattern, value, found in (("*", "1.24", 1), ("nginx:*", "1.24", 0), ("*", "1.25.1", 0), ("*", "soon", 0)):
        lines = _run_by("", text, Assumption(pattern, "nginx", value, span))
        assert sum(bool(one.verdict.lacking) for one in lines) == found


def _run_by(image, text, *above):
    """The directives of a configuration that a container of this image mounts; of one that no image is seen for."""
    workspace = Workspace(None, texts={"nginx.conf": text})
    tree = workspace.tree("nginx.conf", parse)
    if image:
        above = (container(("nginx.conf", "/etc/nginx/nginx.conf"), picture=image), *above)
    (found,) = assemble([tree], workspace, above)
    return list(found.lines())
