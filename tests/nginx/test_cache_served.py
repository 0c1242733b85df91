"""What nginx keeps in its cache, and for whom."""

from __future__ import annotations

import itertools

import pytest

from dockguard.formats.nginx.headers.caching import cached

from .helpers import site
from .oracle import serve

pytestmark = pytest.mark.skipif(not serve.available(), reason="there is no nginx to ask")


class Counting(serve.Upstream):
    """An upstream that gives every request a cookie of its own, and forbids caches where it is asked to."""

    def __init__(self):
        super().__init__()
        self.numbers = itertools.count()

    def _answer(self, connection):
        number, target = next(self.numbers), connection.recv(65536).split(b" ")[1]
        head = f"X-Number: {number}\r\n" + ("Cache-Control: private\r\n" if b"private" in target else "")
        head += f"Set-Cookie: sid={number}\r\n" if b"cookie" in target else ""
        connection.sendall(f"HTTP/1.0 200 OK\r\n{head}Content-Length: 0\r\n\r\n".encode())


@pytest.fixture
def upstream():
    thread = Counting()
    thread.start()
    yield thread
    thread.stop()


def configuration(upstream, lines, names="a"):
    port = serve.free_port()
    return port, (
        "daemon off; master_process off; pid nginx.pid; events {}\nhttp { access_log off;\n"
        "client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;\n"
        "proxy_cache_path kept keys_zone=z:1m; proxy_cache_valid 200 1m;\n"
        f"server {{ listen 127.0.0.1:{port}; server_name {names}; location / {{\n"
        f"proxy_cache z; {lines} proxy_set_header Host $host; proxy_pass http://127.0.0.1:{upstream.port}; }} }} }}"
    )


def shown(upstream, folder, lines, asked, names="a"):
    """The headers that one request after the other gets, and what the model says of the block."""
    port, text = configuration(upstream, lines, names)
    (folder / "nginx.conf").write_text(text)
    (model,) = cached(site(text).locations)
    with serve.running(folder, port) as runs:
        assert runs
        return [dict(serve.ask(port, serve.Ask("GET", host, uri))[1].keys()) for host, uri in asked], model


@pytest.mark.parametrize(("lines", "shared"), [("", False), ("proxy_ignore_headers Set-Cookie;", True)])
def test_cookies(upstream, tmp_path, lines, shared):
    answers, model = shown(upstream, tmp_path, lines, [("a", "/cookie")] * 2)
    assert (answers[0]["set-cookie"] == answers[1]["set-cookie"]) == shared
    assert (model.keeps_cookies.known is not None and model.shared) == shared


def test_hidden_cookies(upstream, tmp_path):
    lines = "proxy_ignore_headers Set-Cookie; proxy_hide_header Set-Cookie;"
    answers, model = shown(upstream, tmp_path, lines, [("a", "/cookie")] * 2)
    assert all("set-cookie" not in answer for answer in answers)
    assert model.keeps_cookies.known is None


@pytest.mark.parametrize(("lines", "kept"), [("", False), ("proxy_ignore_headers Cache-Control;", True)])
def test_private_answers(upstream, tmp_path, lines, kept):
    answers, model = shown(upstream, tmp_path, lines, [("a", "/private")] * 2)
    assert (answers[0] == answers[1]) == kept
    assert (model.ignores_privacy.known is not None) == kept


@pytest.mark.parametrize(
    ("key", "mixed"), [("$uri", True), ("$host$uri", True), ("$host$uri$is_args$args", False), ("$request_uri", False)]
)
def test_queries(upstream, tmp_path, key, mixed):
    answers, model = shown(upstream, tmp_path, f"proxy_cache_key {key};", [("a", "/x?1"), ("a", "/x?2")])
    assert (answers[0] == answers[1]) == mixed
    assert (model.key_without_path.known is not None) == mixed


@pytest.mark.parametrize(
    ("lines", "mixed"),
    [("", True), ("proxy_cache_key $server_name$uri$args;", True), ("proxy_cache_key $host$request_uri;", False)],
)
def test_hosts(upstream, tmp_path, lines, mixed):
    answers, model = shown(upstream, tmp_path, lines, [("a", "/x"), ("b", "/x")], "a b")
    assert (answers[0] == answers[1]) == mixed
    assert (model.key_without_host.known is not None) == mixed


def test_what_try_files_finds_is_asked_of_the_proxy(upstream, tmp_path):
    (tmp_path / "page").write_text("a file")
    port, text = configuration(upstream, f"root {tmp_path}; try_files $uri =404;")
    (tmp_path / "nginx.conf").write_text(text)
    with serve.running(tmp_path, port):
        status, headers = serve.ask(port, serve.Ask("GET", "a", "/page"))
        assert status == 200
        assert "x-number" in dict(headers.keys())
        assert serve.ask(port, serve.Ask("GET", "a", "/other"))[0] == 404
