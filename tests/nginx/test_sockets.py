"""Which sockets speak TLS, and what a site with TLS answers without it."""

from __future__ import annotations

import pytest

from dockguard.formats.nginx.wire.sockets import clears, sockets

from .helpers import site

TLS = "server { listen 443 ssl; server_name example.org *.example.net; }"


def clear(server, more=TLS):
    return list(clears(site(f"events {{}} http {{ server {{ {server} }} {more} }}").servers))


def test_a_site_without_tls_says_nothing():
    assert clear("listen 80;", more="") == []


def test_names_are_matched_as_nginx_does():
    found = {
        name: clear(f"listen 80; server_name {name};")[0].twin for name in ("example.org", "b.example.net", "x.org")
    }
    assert {name: twin is not None for name, twin in found.items()} == {
        "example.org": True,
        "b.example.net": True,
        "x.org": False,
    }
    assert clear("listen 80;")[0].twin is not None
    assert clear("listen 80; server_name ~^(?<x>.+)$;")[0].twin is not None


@pytest.mark.parametrize(
    "lines",
    [
        "if ($https = '') { return 301 https://$host$request_uri; }",
        "if ($http_x_forwarded_proto = http) { rewrite ^ https://$host$request_uri permanent; }",
        "return 301 https://$host$request_uri;",
        "location /.well-known/acme-challenge/ { root /a; } location / { return 301 https://$host$request_uri; }",
        "location = /healthz { proxy_pass http://127.0.0.1:1; } location / { return 404; }",
        "location / { deny all; }",
    ],
)
def test_what_is_no_content(lines):
    assert not clear(f"listen 80; {lines}")[0].contents.items


@pytest.mark.parametrize(
    "lines",
    [
        "location / { root /srv; }",
        "root /srv;",
        "if ($host = a) { return 403; } location / { proxy_pass http://127.0.0.1:1; }",
        "if ($scheme = http) { set $x 1; } root /srv;",
    ],
)
def test_what_is_content(lines):
    assert clear(f"listen 80; {lines}")[0].contents.items


def test_sockets_that_others_make_speak_tls():
    servers = site(f"events {{}} http {{ server {{ listen 443; listen 81; }} {TLS} }}").servers
    found = {one.listen.written: one for one in sockets(servers) if one.server is servers.items[0]}
    assert found["443"].borrowed.known == "443"
    assert found["443"].clear.value is None
    assert found["81"].clear.known == "81"
