"""On which ports containers are known to listen, and how sure that is."""

from __future__ import annotations

import pytest

from dockguard.stack.serving import Serving, serving

from .helpers import stack


def of(compose: str, name: str = "app", **files: str) -> Serving:
    found = stack(compose, **files)
    return serving(found.by_name[name], found)


def service(lines: str) -> str:
    return "services:\n  app:\n" + "".join(f"    {line}\n" for line in lines.split("; "))


@pytest.mark.parametrize(
    ("lines", "port"),
    [
        ("image: x; command: uvicorn a:b --port 8000", 8000),
        ("image: x; command: uvicorn a:b --port=8000", 8000),
        ("image: x; command: gunicorn -b 0.0.0.0:8000 a:b", 8000),
        ("image: x; command: [gunicorn, --bind, ':8000', 'a:b']", 8000),
        ("image: x; command: python manage.py runserver 0.0.0.0:8000", 8000),
        ("image: x; command: flask run -p 8000", 8000),
        ("image: x; command: python -m http.server 8000", 8000),
    ],
)
def test_the_command_of_a_known_server_is_certain(lines: str, port: int) -> None:
    found = of(service(lines))
    assert found.certain
    assert found.ports == {port}
    assert found.lacks(9000)
    assert not found.lacks(port)


@pytest.mark.parametrize(
    "lines",
    [
        "image: x",
        "image: x; command: my-server --port 8000",
        "image: x; command: uvicorn a:b --port $${PORT}",
        "image: x; command: uvicorn a:b --port ${PORT}",
        "image: x; command: gunicorn a:b",
        "image: x; command: uvicorn a:b --port 8000; env_file: absent.env",
    ],
)
def test_nothing_is_known(lines: str) -> None:
    found = of(service(lines))
    assert not found.evidence
    assert not found.lacks(9000)


def test_every_number_that_may_be_a_port_counts() -> None:
    found = of(service("image: x; command: uvicorn a:b --port 8000; environment: [METRICS=9100, URL=http://x:9200/]"))
    assert found.ports == {8000, 9100, 9200}
    assert found.listening == {8000}


def test_a_dockerfile_exposes() -> None:
    text = 'FROM debian\nEXPOSE 8000 8001/tcp\nHEALTHCHECK CMD curl localhost:9000\nCMD ["run"]\n'
    found = of("services: {app: {build: .}}", Dockerfile=text)
    assert not found.certain
    assert found.ports == {8000, 8001, 9000}
    assert "exposes 8000, 8001" in found.evidence


def test_a_port_that_is_known_only_when_it_is_built() -> None:
    assert not of("services: {app: {build: .}}", Dockerfile="FROM debian\nARG P\nEXPOSE $P\n").evidence


def test_nginx_is_certain_only_in_its_own_image() -> None:
    mount = "volumes: ['./nginx.conf:/etc/nginx/nginx.conf:ro']"
    files = {"nginx_conf": "events {} http { server { listen 8080; listen 127.0.0.1:9090; } }"}
    own = of(service(f"image: nginx:1.27; {mount}"), **files)
    assert (own.certain, own.ports) == (True, {8080})
    other = of(service(f"image: example/web; {mount}"), **files)
    assert (other.certain, other.proxied) == (False, True)
    shell = of(service(f"image: nginx:1.27; command: sh -c serve; {mount}"), **files)
    assert not shell.certain


def test_the_configuration_that_the_image_brings_may_listen_too() -> None:
    mount = "volumes: ['./a.conf:/etc/nginx/conf.d/a.conf:ro']"
    found = of(service(f"image: nginx:1.27; {mount}"), a_conf="server { listen 8080; }")
    assert found.ports == {80, 8080}


def test_databases_have_one_port_unless_they_are_told() -> None:
    assert of(service("image: postgres:16")).lacks(5433)
    assert not of(service("image: postgres:16; command: -p 5433")).lacks(5433)
    assert not of(service("image: postgres:16; volumes: ['./c:/etc/postgresql']")).lacks(5433)
