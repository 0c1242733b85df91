"""What the rules on headers say of nginx is what its clients see."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from .oracle import serve
from .tls_bench import OPENSSL, certificate, configured

pytestmark = pytest.mark.skipif(not serve.available(), reason="there is no nginx to ask")
CURL = shutil.which("curl")


def _speaks_http2():
    return CURL is not None and "nghttp2" in subprocess.run([CURL, "-V"], capture_output=True, text=True).stdout


@pytest.mark.skipif(OPENSSL is None, reason="there is no openssl to make a certificate")
@pytest.mark.skipif(not _speaks_http2(), reason="there is no curl that speaks HTTP/2")
@pytest.mark.parametrize("name", ["Connection", "Keep-Alive", "Transfer-Encoding", "Upgrade"])
def test_headers_of_a_connection_spoil_responses_over_http2(tmp_path, name):
    certificate(tmp_path)
    bad, good = f"location /bad {{ add_header {name} x; return 204; }}", "location / { return 204; }"
    port = configured(tmp_path, f"server {{ listen 127.0.0.1:PORT ssl http2; {bad} {good} }}")
    with serve.running(tmp_path, port) as runs:
        assert runs
        ask = [
            CURL,
            "-sk",
            "--http2",
            "-o",
            "/dev/null",
            "-w",
            "%{http_version} %{http_code}",
            f"https://127.0.0.1:{port}/",
        ]
        answers = [
            subprocess.run([*ask[:-1], ask[-1] + end], capture_output=True, text=True).stdout for end in ("", "bad")
        ]
    assert answers == ["2 204", "0 000"]


@pytest.mark.skipif(OPENSSL is None, reason="there is no openssl to make a certificate")
def test_expires_sends_a_cache_control_of_its_own(tmp_path):
    certificate(tmp_path)
    port = configured(
        tmp_path,
        "server { listen 127.0.0.1:PORT; location / { expires 1M; add_header Cache-Control no-store; return 200 x; }"
        "location /past { expires -1; return 200 x; } location /y { expires 1y; return 200 x; } }",
    )
    with serve.running(tmp_path, port):
        found = {uri: serve.ask(port, serve.Ask("GET", "a", uri))[1] for uri in ("/", "/past", "/y")}
    values = {
        uri: sorted(value for name, value in headers if name == "cache-control") for uri, headers in found.items()
    }
    assert values == {"/": ["max-age=2592000", "no-store"], "/past": ["no-cache"], "/y": ["max-age=31536000"]}
