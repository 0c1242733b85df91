"""What the rules claim of nginx, asked of a real one: what it refuses, and what it only says when it runs."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.nginx.oracle import serve

pytestmark = pytest.mark.skipif(not serve.available(), reason="there is no nginx to ask (DOCKGUARD_NGINX names one)")

TEMPS = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def refusal(folder: Path, http: str, more: str = "", user: int | None = None) -> str:
    """What nginx says when it does not start; "" when it does. `http` stands inside of the `http` block."""
    temp = "".join(f"{name}_temp_path temp-{name}; " for name in TEMPS)
    config = f"pid nginx.pid; {more} events {{}} http {{ access_log off; {temp} {http} }}"
    (folder / "nginx.conf").write_text(config, encoding="utf-8")
    if user is None:
        return serve.refuses(folder)
    command = [serve.BINARY, "-t", "-q", "-p", str(folder), "-c", "nginx.conf", "-e", "stderr"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, user=user, group=user)
    return done.stderr.strip() if done.returncode else ""


def test_a_name_that_nobody_has_stops_it(tmp_path: Path) -> None:
    said = refusal(tmp_path, "server { listen 127.0.0.1:1; location / { proxy_pass http://nobody-has-this:8000; } }")
    assert "host not found in upstream" in said


def test_so_does_one_in_a_group_and_one_for_fastcgi(tmp_path: Path) -> None:
    group = "upstream u { server nobody-has-this:8000; } server { listen 127.0.0.1:1; }"
    assert "host not found in upstream" in refusal(tmp_path, group)
    fastcgi = "server { listen 127.0.0.1:1; location / { fastcgi_pass nobody-has-this:9000; } }"
    assert "host not found in upstream" in refusal(tmp_path, fastcgi)


def test_a_variable_does_not(tmp_path: Path) -> None:
    late = "server { listen 127.0.0.1:1; location / { set $up nobody-has-this; proxy_pass http://$up:8000; } }"
    assert not refusal(tmp_path, late)


def test_groups_are_named_without_case(tmp_path: Path) -> None:
    assert not refusal(
        tmp_path,
        "upstream Up { server 127.0.0.1:1; } server { listen 127.0.0.1:1; location / { proxy_pass http://uP; } }",
    )


def answer(folder: Path, server: str, uri: str = "/") -> tuple[int, str]:
    """The status of a request, and what nginx wrote into its log."""
    port = serve.free_port()
    temp = "".join(f"{name}_temp_path temp-{name}; " for name in TEMPS)
    (folder / "nginx.conf").write_text(
        f"daemon off; master_process off; pid nginx.pid; error_log error.log; events {{}} "
        f"http {{ access_log off; {temp} server {{ listen 127.0.0.1:{port}; {server} }} }}",
        encoding="utf-8",
    )
    with serve.running(folder, port) as started:
        assert started
        status, _ = serve.ask(port, serve.Ask("GET", "localhost", uri))
    return status, (folder / "error.log").read_text(encoding="utf-8")


def test_a_variable_in_the_host_needs_a_resolver(tmp_path: Path) -> None:
    status, log = answer(tmp_path, "location / { set $up localhost; proxy_pass http://$up:1; }")
    assert status == 502
    assert "no resolver defined to resolve localhost" in log


def test_so_does_one_in_the_path(tmp_path: Path) -> None:
    status, log = answer(tmp_path, "location ~ ^/(.*)$ { proxy_pass http://localhost:1/$1; }")
    assert status == 502
    assert "no resolver defined to resolve localhost" in log


def test_a_host_that_another_line_names_is_known_from_the_start(tmp_path: Path) -> None:
    lines = "location /a { proxy_pass http://localhost:1; } location ~ ^/(.*)$ { proxy_pass http://localhost:1/$1; }"
    status, log = answer(tmp_path, lines)
    assert status == 502
    assert "no resolver" not in log
    assert "Connection refused" in log


def test_a_placeholder_that_nothing_fills_in_is_an_unknown_variable(tmp_path: Path) -> None:
    location = "server { listen 127.0.0.1:1; location / { proxy_pass http://${BACKEND}:8000; } }"
    assert 'unknown "backend" variable' in refusal(tmp_path, location)
    assert 'host not found in "${PORT}"' in refusal(tmp_path, "server { listen ${PORT}; }")


def test_names_in_capitals_may_be_its_own(tmp_path: Path) -> None:
    lines = "server { listen 127.0.0.1:1; location / { add_header A $HOST$HTTP_HOST$ARG_X; } }"
    assert not refusal(tmp_path, lines)


NOBODY = 65534


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder of root's that everybody can read; pytest's own are closed to others."""
    path = Path(tempfile.mkdtemp(prefix="dockguard-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can start nginx as somebody else")
def test_another_user_cannot_write_where_root_owns(folder: Path) -> None:
    said = refusal(folder, "server { listen 127.0.0.1:8080; }", user=NOBODY)
    assert "Permission denied" in said
    assert "emerg" in said


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can start nginx as somebody else")
def test_it_starts_where_the_folder_is_given_away(folder: Path) -> None:
    os.chown(folder, NOBODY, NOBODY)
    assert not refusal(folder, "server { listen 127.0.0.1:8080; }", user=NOBODY)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can start nginx as somebody else")
def test_the_directive_user_says_nothing_then(folder: Path) -> None:
    os.chown(folder, NOBODY, NOBODY)
    (folder / "nginx.conf").write_text(
        f"user nobody; pid {folder}/p; error_log stderr; events {{}} http {{ access_log off; "
        + "".join(
            f"{name}_temp_path {folder}/{name}; " for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        + "server { listen 127.0.0.1:8080; } }",
        encoding="utf-8",
    )
    command = [serve.BINARY, "-t", "-p", str(folder), "-c", "nginx.conf", "-e", "stderr"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, user=NOBODY, group=NOBODY)
    assert done.returncode == 0
    assert 'the "user" directive makes sense only if the master process runs with super-user privileges' in done.stderr
