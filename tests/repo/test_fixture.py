"""The fixture is valid for the real tools, and every fault that it was made for is found in its place."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tests.repo.checkout import FIXTURE, dockguard, run, tool

FAULTS = {
    ("compose/container-runtime-socket-mounted", "compose.yaml", 25),
    ("compose/privileged-container", "compose.prod.yaml", 14),
    ("compose/cap-drop-all-missing", "compose.yaml", 21),
    ("stack/backend-published", "compose.yaml", 14),
    ("dockerfile/secret-in-env", "app/Dockerfile", 3),
    ("nginx/add-header-dropped", "web/conf.d/shop.conf", 16),
    ("nginx/csp-unsafe-inline", "web/conf.d/shop.conf", 12),
    ("nginx/rate-zone-unused", "web/nginx.conf", 13),
}


def test_docker_compose_accepts_it() -> None:
    compose = tool("docker-compose")
    for files in (["compose.yaml"], ["compose.yaml", "compose.prod.yaml"]):
        done = run([compose, *(word for file in files for word in ("-f", file)), "config", "--quiet"], FIXTURE)
        assert done.returncode == 0, done.stderr


def test_nginx_accepts_it(tmp_path: Path) -> None:
    """The paths of the image are changed to those of the test, and the service's name to an address."""
    nginx = tool("nginx", folders="/usr/sbin")
    shutil.copytree(FIXTURE / "web", tmp_path, dirs_exist_ok=True)
    (tmp_path / "mime.types").write_text("types { text/html html; }\n")
    for file in (tmp_path / "nginx.conf", tmp_path / "conf.d" / "shop.conf"):
        text = file.read_text(encoding="utf-8").replace("/etc/nginx/", "").replace("app:8000", "127.0.0.1:8000")
        file.write_text(text.replace("/tmp/nginx.pid", str(tmp_path / "nginx.pid")), encoding="utf-8")
    done = run([nginx, "-t", "-e", "stderr", "-p", tmp_path, "-c", tmp_path / "nginx.conf"])
    assert done.returncode == 0, done.stderr


def test_every_fault_is_found() -> None:
    done = dockguard("check", "--profile", "strict", "--format", "json", FIXTURE)
    assert done.returncode == 1, done.stderr
    found = json.loads(done.stdout)
    assert found["errors"] == []
    places = {
        (row["rule"], row["location"]["path"].removeprefix("fixtures/shop/"), row["location"]["line"])
        for row in found["findings"]
    }
    assert places >= FAULTS, sorted(FAULTS - places)


def test_no_output_shows_the_secret() -> None:
    for format in ("text", "concise", "json", "sarif"):
        done = dockguard("check", "--format", format, FIXTURE)
        assert done.returncode == 1
        assert "4d84a0c8b53e1f7a6d0c942" not in done.stdout + done.stderr, format
