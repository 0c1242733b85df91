"""The h5bp server configurations, served by a real nginx and compared with the model in status and every header."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from .oracle import compare, engine, serve
from .oracle.serve import Ask

CORPUS = os.environ.get("DOCKGUARD_CORPUS", "")
pytestmark = [
    pytest.mark.skipif(not CORPUS, reason="DOCKGUARD_CORPUS does not name the shared corpus"),
    pytest.mark.skipif(not serve.available(), reason="there is no nginx to ask"),
]
TYPES = {
    "html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml", "svgz": "image/svg+xml",
    "png": "image/png", "json": "application/json", "xml": "text/xml", "woff2": "font/woff2", "txt": "text/plain",
    "webmanifest": "application/manifest+json", "ics": "text/calendar", "ico": "image/x-icon",
}  # fmt: skip
FILES = (
    *(f"a.{ending}" for ending in TYPES),
    *("index.html", "404.html", "app.js", "blank", ".well-known/x.txt", ".git/x", "b.bak", "test-pre-gzip/a.css"),
)
URIS = (
    *(f"/{name}" for name in FILES),
    *("/", "/none", "/none.html", "/none.js", "/app.123.js", "/none.123.js", "/.env", "/b.sql", "/a.html~"),
)
PLAIN = ("server.localhost", "www.server.localhost", "www-server.localhost", "else.localhost")
SECURE = ("secure.server.localhost", "www.secure.server.localhost")


def _lay(folder, plain, secure):
    """The tree on our ports, with our certificate, files and media types; IPv6, users and system paths taken out."""
    shutil.copytree(Path(CORPUS) / "corpus/h5bp-nginx", folder, dirs_exist_ok=True)
    shutil.rmtree(folder / "conf.d")
    (folder / "test/vhosts").rename(folder / "conf.d")
    (folder / "mime.types").write_text("types {" + "".join(f"{kind} {end};" for end, kind in TYPES.items()) + "}")
    for name in FILES:
        path = folder / "html" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    for path in folder.rglob("*.conf"):
        text = path.read_text()
        text = re.sub(r"listen \[::\]:.*;", "", text).replace(" deferred", "")
        text = re.sub(r"listen 80\b", f"listen 127.0.0.1:{plain}", text)
        text = re.sub(r"listen 443\b", f"listen 127.0.0.1:{secure}", text)
        text = text.replace("/etc/nginx/certs/default.crt", str(folder / "cert.pem"))
        text = text.replace("/etc/nginx/certs/default.key", str(folder / "key.pem"))
        text = text.replace("/var/www/server.localhost", str(folder / "html"))
        text = re.sub(r"/var/(?:log/nginx|run)/", f"{folder}/", text)
        path.write_text(re.sub(r"^(?:user|worker_rlimit_nofile) .*;", "", text, flags=re.M))
    (folder / "custom.d").mkdir()
    (folder / "custom.d/none.conf").write_text("# a glob without a file leaves open what it may hold elsewhere\n")
    main = folder / "nginx.conf"
    temps = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "scgi"))
    text = main.read_text().replace("http {", f"http {{ {temps} uwsgi_temp_path {folder}/uwsgi;", 1)
    text = re.sub("worker_processes .*;", "", text).replace("worker_connections 8000", "worker_connections 64")
    main.write_text("daemon off; master_process off;" + text)


def test_every_answer(tmp_path, monkeypatch):
    monkeypatch.setattr(engine, "TYPES", TYPES)
    plain, secure = serve.free_ports(2)
    compare.certificate(tmp_path)
    _lay(tmp_path, plain, secure)
    refused = serve.refuses(tmp_path)
    assert not refused or "[warn]" in refused, refused
    site, counts = compare.site_of(tmp_path), engine.Counts()
    asked, statuses = 0, set()
    with serve.running(tmp_path, plain) as up:
        assert up, (tmp_path / "error.log").read_text()
        for host in (*PLAIN, *SECURE):
            for uri in URIS:
                for method in ("GET", "POST"):
                    request = Ask(method, host, uri)
                    got = serve.ask(secure if host in SECURE else plain, request, host in SECURE)
                    got[1].pop(("vary", "Accept-Encoding"), None)  # gzip's own
                    answer = engine.Engine(site, request, counts).run()
                    assert got == engine.compared(answer), request
                    assert answer.kind != "text/html" or not compare.static(site, got, answer), request
                    asked += 1
                    statuses.add(got[0])
    assert asked == 6 * 2 * len(URIS)
    assert statuses == {200, 301, 403, 404, 405}
