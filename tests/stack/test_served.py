"""Sites where they run: which ports lead to them, and what stands in front."""

from __future__ import annotations

import pytest

from dockguard.stack.served import Served, served

from .helpers import stack

SITE = "server { listen 80; listen 443 ssl; listen 127.0.0.1:81; ssl_certificate c; ssl_certificate_key k; }"


def site(lines: str, more: str = "", **files: str) -> Served:
    compose = f"""
services:
  web:
    image: nginx:1.27
    volumes: ["./site.conf:/etc/nginx/conf.d/default.conf:ro"]
    {lines}
{more}
"""
    return next(one for one in served(stack(compose, site_conf=SITE, **files)) if one.container.name == "web")


@pytest.mark.parametrize(
    ("ports", "open_"),
    [
        ('["80:80"]', [80]),
        ('["8080:80", "8443:443"]', [80, 443]),
        ('["127.0.0.1:80:80"]', []),
        ('["80-82:80-82"]', [80]),
        ('["80:80/udp"]', []),
        ("[]", []),
    ],
)
def test_published_sockets(ports: str, open_: list[int]) -> None:
    found = site(f"ports: {ports}")
    assert [socket.port for socket in found.proxy.sockets if found.published(socket)] == open_


def test_what_an_entry_leads_to() -> None:
    found = site('ports: ["80:80", "90:90"]')
    assert [[socket.port for socket in found.behind(port)] for port in found.container.ports] == [[80], []]
    assert [found.leads_to(socket) for socket in found.proxy.sockets] == [True, False, False]


@pytest.mark.parametrize(
    ("lines", "front"),
    [
        ("labels: [traefik.enable=true]", "`traefik.enable`"),
        ("labels: {traefik.http.routers.a.rule: Host(`a`)}", "`traefik.http.routers.a.rule`"),
        ("labels: {traefik.enable: 'false', traefik.http.routers.a.rule: Host(`a`)}", ""),
        ("labels: {caddy: a.example.org}", "`caddy`"),
        ("environment: {VIRTUAL_HOST: a.example.org}", "`VIRTUAL_HOST`"),
        ("labels: {com.example: x}", ""),
    ],
)
def test_what_stands_in_front(lines: str, front: str) -> None:
    assert site(lines).fronted == front


def test_another_nginx_stands_in_front() -> None:
    more = "  edge: {image: nginx, volumes: ['./edge.conf:/etc/nginx/conf.d/default.conf:ro']}"
    assert site("expose: [80]", more, edge_conf="server { location / { proxy_pass http://web; } }").fronted == "`edge`"


@pytest.mark.parametrize(
    ("mode", "own", "host"), [("bridge", True, False), ("host", False, True), ("service:x", False, False)]
)
def test_networks(mode: str, own: bool, host: bool) -> None:
    found = site(f"network_mode: {mode}", "  x: {image: x}")
    assert (found.own_network, found.on_host_network) == (own, host)


def test_databases_behind_it() -> None:
    found = site("expose: [80]", "  db: {image: 'mongo:7'}\n  app: {image: x}")
    assert found.datastore("db", 1234) == "mongo"
    assert found.datastore("10.0.0.1", 6379) == "Redis"
    assert found.datastore("app", 8000) == ""


def test_a_stack_that_speaks_tls_somewhere() -> None:
    assert site("expose: [80]").stack_speaks_tls
