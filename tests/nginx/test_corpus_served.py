"""Real projects served by a real nginx: every context answers with the headers that the model has for it."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from dockguard.formats.nginx import FORMAT, matching
from dockguard.formats.nginx.headers.headers import SAFE
from dockguard.formats.nginx.text.parse import parse
from dockguard.source import Fact, Many, Source
from dockguard.stack.pieces import CopiedFile, Image
from dockguard.workspace import Workspace

from .oracle import serve
from .oracle.serve import Ask

CORPUS = os.environ.get("DOCKGUARD_CORPUS", "")
pytestmark = [
    pytest.mark.skipif(not CORPUS, reason="DOCKGUARD_CORPUS does not name the shared corpus"),
    pytest.mark.skipif(not serve.available(), reason="there is no nginx to ask"),
]
FRONTEND = "corpus/learning-coach/frontend"
COPIES = {"nginx.conf": "/etc/nginx/nginx.conf", "nginx.prod.conf": "/etc/nginx/conf.d/default.conf"}
URIS = (
    "/health", "/nginx-status", "/api/x", "/ws/x", "/app.js", "/none.css", "/app.js%3Fv=1", "/sw.js",
    "/app.webmanifest", "/favicon.ico", "/robots.txt", "/.well-known/security.txt",
    "/page", "/index.html", "/dashboard", "/admin/x",
    "/404.html", "/x.ts", "/x.map", "/.env", "/x.bak", "/.git", "/x.yml", "/50x.html", "/api-error.html", "/missing/",
)  # fmt: skip


def _site():
    where = Source("Dockerfile", "").whole
    copies = tuple(CopiedFile(name, target, where) for name, target in COPIES.items())
    nothing = Fact(None, where)
    image = Image(
        None,
        "Dockerfile",
        where,
        "stage",
        Fact("nginx:1.25-alpine", where),
        nothing,
        Many(copies, where),
        Many((), where),
    )
    (site,) = FORMAT.assemble([], Workspace(Path(CORPUS) / FRONTEND), [image])
    return site


def _served(folder, port, upstream):
    root = folder / "html"
    root.mkdir()
    for name in ("index.html", "404.html", "50x.html", "app.js", "sw.js", "app.webmanifest", "favicon.ico"):
        (root / name).write_text(name)
    for name in COPIES:
        text = (Path(CORPUS) / FRONTEND / name).read_text()
        text = text.replace(
            "access_log /var/log/nginx/security.log security;", ""
        )  # nginx refuses it in an `if` of a server
        text = text.replace("/usr/share/nginx/html", str(root)).replace("listen 3000", f"listen 127.0.0.1:{port}")
        text = text.replace("coach-service:8000", f"127.0.0.1:{upstream}").replace(
            "/etc/nginx/conf.d/*.conf", f"{folder}/nginx.prod.conf"
        )
        text = re.sub(r"/var/log/nginx/(\w+)\.log", rf"{folder}/\1.log", text).replace(
            "/var/run/nginx.pid", f"{folder}/pid"
        )
        if name == "nginx.conf":
            temps = "".join(
                f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
            )
            text = "daemon off; master_process off;" + text.replace("user nginx;", "").replace(
                "http {", "http {" + temps, 1
            )
            text = text.replace("rate=30r/s", "rate=9000r/s").replace("rate=10r/s", "rate=9000r/s")
        (folder / name).write_text(text)


def test_every_cell_of_the_matrix(tmp_path):
    port, upstream = serve.free_port(), serve.Upstream()
    upstream.start()
    _served(tmp_path, port, upstream.port)
    site, seen = _site(), set()
    server = site.servers.items[0].level
    by_level = {id(one.level): one for one in site.locations}
    names = {header.key for header in site.headers}
    with serve.running(tmp_path, port) as up:
        assert up, (tmp_path / "error.log").read_text()
        for uri in URIS:
            status, got = serve.ask(port, Ask("GET", "x", uri))
            if not status:
                continue  # 444: no response, so no headers
            location = by_level[id(_final(server, uri, status))]
            seen.add(location.path)
            sent = [
                (name, value)
                for (name, value), count in got.items()
                for _ in range(count)
                if name in names and value != "BACKEND"
            ]
            assert sorted(sent) == sorted(_expected(location, status)), (uri, status, location)
    upstream.stop()
    assert len(seen) >= 11


def _final(server, uri, status):
    """Where the response is made: the location of the URI, or of the error page that it leads to."""
    level = matching.find(server, uri.replace("%3F", "?")).level
    if by_error_page := {404: "/404.html", 403: "/403"}.get(status):
        pages = [text for line in level.listed("error_page") for text in line.texts]
        if by_error_page in pages:
            return matching.find(server, by_error_page).level
    if (
        "$uri" in " ".join(level.last("try_files").texts if level.has("try_files") else ())
        and "/index.html" in level.last("try_files").texts
    ):
        last = level.last("try_files").texts[-1]
        if status == 200 and last.startswith("/"):
            return matching.find(server, last).level
    return level


def _expected(location, status):
    found = []
    expires = location.level.setting("expires").known
    if expires and status in SAFE:
        found.append(("cache-control", {"1y": "max-age=31536000", "1d": "max-age=86400", "-1": "no-cache"}[expires]))
    for header in location.headers:
        if (header.always or status in SAFE) and header.key != "content-type":
            found.append((header.key, header.literal.known))
    return found


def test_assembled_from_what_the_image_copies():
    site = _site()
    assert [parse(source).problems for source in site.sources] == [(), ()]
    assert not site.open
    assert site.version == (1, 25)
