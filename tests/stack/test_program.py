"""The program of a container, and when what is known of its image holds."""

from __future__ import annotations

import pytest

from dockguard.stack.program import Program, programs

from .helpers import stack


def program(body: str, **files: str) -> Program:
    return next(iter(programs(stack(f"services:\n  a:\n{body}", **files))))


@pytest.mark.parametrize(
    ("body", "own"),
    [
        ("    image: postgres:16\n", True),
        ("    image: postgres:16\n    command: postgres -c fsync=off\n", True),
        ("    image: postgres:16\n    command: -c fsync=off\n", True),
        ("    image: postgres:16\n    command: psql\n", False),
        ("    image: postgres:16\n    command: []\n", False),
        ("    image: postgres:16\n    command: ${COMMAND}\n", False),
        ("    image: postgres:16\n    entrypoint: /bin/sh\n", False),
        ("    image: postgres:16\n    entrypoint: docker-entrypoint.sh\n    command: postgres\n", True),
        ("    image: postgres:16\n    entrypoint: docker-entrypoint.sh\n", False),
        ("    image: nginx:1.27\n    command: sh -c 'envsubst < a > b && exec nginx'\n", True),
        ("    image: nginx:1.27\n    entrypoint: [/bin/sh, -c, sleep inf]\n", False),
        ("    image: example.org/nginx\n", False),
    ],
)
def test_when_it_is_the_images_own(body: str, own: bool) -> None:
    assert (program(body).own is not None) == own


@pytest.mark.parametrize(
    ("dockerfile", "own"),
    [
        ("FROM postgres:16\nCOPY init.sql /docker-entrypoint-initdb.d/\n", True),
        ('FROM postgres:16\nCMD ["postgres", "-c", "fsync=off"]\n', True),
        ("FROM postgres:16\nCMD sleep inf\n", False),
        ('FROM postgres:16\nENTRYPOINT ["/start.sh"]\n', False),
        ('FROM postgres:16\nENTRYPOINT ["tini", "--", "docker-entrypoint.sh"]\nCMD ["postgres"]\n', True),
        ("FROM postgres:16 AS db\nFROM debian:12\n", False),
    ],
)
def test_when_a_build_keeps_it(dockerfile: str, own: bool) -> None:
    found = program("    build: b\n", b__Dockerfile=dockerfile)
    assert (found.own is not None and found.own.name == "postgres") == own


def test_a_build_that_is_not_seen_says_nothing() -> None:
    found = program("    build: elsewhere\n    image: postgres:16\n")
    assert (found.facts, found.capabilities, found.paths) == (None, None, ())


def test_who_it_starts_as() -> None:
    assert program("    image: postgres:16\n").starts_as_root.value is True
    assert program("    image: postgres:16\n    user: '999'\n").starts_as_root.value is False
    assert program("    image: grafana/grafana:11.0.0\n").starts_as_root.value is False
    assert not program("    image: example.org/app\n").starts_as_root.sure


def test_what_it_needs_depends_on_who_it_is() -> None:
    assert program("    image: nginx:1.27\n").capabilities == {"CHOWN", "SETGID", "SETUID"}
    assert program("    image: nginx:1.27\n    user: '101'\n").capabilities == frozenset()
    assert program("    image: caddy:2\n    user: '101'\n").capabilities == {"NET_BIND_SERVICE"}
    assert program("    image: example.org/app\n").capabilities is None


def test_a_program_that_a_build_puts_in_its_place_carries_nothing() -> None:
    dockerfile = (
        "FROM caddy:builder AS b\nRUN xcaddy build\nFROM caddy:2\nCOPY --from=b /usr/bin/caddy /usr/bin/caddy\n"
    )
    found = program("    build: b\n    user: '101'\n", b__Dockerfile=dockerfile)
    assert found.capabilities == frozenset()


def test_low_ports_of_the_hosts_network_are_roots() -> None:
    body = (
        "    image: nginx:1.27\n    network_mode: host\n    volumes: ['./d.conf:/etc/nginx/conf.d/default.conf:ro']\n"
    )
    assert "NET_BIND_SERVICE" in (program(body, d_conf="server { listen 80; }\n").capabilities or ())
    assert "NET_BIND_SERVICE" not in (program(body, d_conf="server { listen 8080; }\n").capabilities or ())


def paths(body: str, **files: str) -> list[str]:
    return [path.path for path in program(body, **files).paths if path.vital]


def test_paths_that_a_setting_moves_are_left_out() -> None:
    assert paths("    image: mysql:8.4\n") == ["/var/run/mysqld", "/tmp"]
    assert paths("    image: mysql:8.4\n    command: --tmpdir=/x\n") == ["/var/run/mysqld"]
    assert paths("    image: mysql:8.4\n    volumes: ['./c:/etc/mysql/conf.d']\n") == []
    assert paths("    image: grafana/grafana:11.0.0\n    environment: {GF_PATHS_DATA: /x}\n") == []


def test_nginx_writes_what_its_configuration_says() -> None:
    mounted = "    image: nginx:1.27\n    volumes: ['./nginx.conf:/etc/nginx/nginx.conf:ro']\n"
    lines = "access_log /logs/a.log; error_log stderr; proxy_temp_path /tmp/p; server { listen 80; }"
    text = f"pid /tmp/nginx.pid;\nhttp {{ {lines} }}\n"
    assert sorted(paths(mounted, nginx_conf=text)) == [
        "/logs/a.log",
        "/tmp/nginx.pid",
        "/tmp/p",
        "/var/cache/nginx/client_temp",
        "/var/cache/nginx/fastcgi_temp",
        "/var/cache/nginx/scgi_temp",
        "/var/cache/nginx/uwsgi_temp",
    ]
    part = "    image: nginx:1.27\n    volumes: ['./d.conf:/etc/nginx/conf.d/default.conf:ro']\n"
    assert paths(part, d_conf="server { access_log /dev/stdout; }\n") == ["/var/cache/nginx", "/run"]
