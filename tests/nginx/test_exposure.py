"""Files, sockets and upstreams: any text has answers, what is said to be served is served, and the cost is bounded."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockguard.formats.nginx.documents import documents, exposed, shadowed
from dockguard.formats.nginx.hops import hops, peers
from dockguard.formats.nginx.wire.endpoints import endpoints

from .helpers import site, whole
from .oracle import serve

WORDS = st.sampled_from(
    """server { } ; location ^~ ~ \\.(sql|bak)$ /\\. / /static/ = deny all allow root /srv alias /srv/x/ listen 80
    [::]:80 default_server unix:/x server_name a.example _ return 444 auth_basic_user_file /srv/users
    ssl_certificate_key upstream u resolve keepalive 8 proxy_pass http://u https://api.example.com $x fastcgi_pass
    resolver 127.0.0.11
    proxy_set_header Upgrade $http_upgrade Connection upgrade try_files $uri internal satisfy any {{y}} if ($a)
    stream udp""".split()
)


@settings(max_examples=250)
@given(st.lists(WORDS, max_size=60).map(" ".join), st.booleans())
def test_any_text_has_answers(text, inside):
    found = site(f"events {{}} http {{ server {{ {text} }} }}" if inside else text)
    for one in endpoints(found):
        assert one.count >= 1
        assert one.ambiguous.sure
        assert one.stranger.sure
    for server in documents(found):
        assert server.hidden.sure
    for one in (*shadowed(found), *exposed(found)):
        assert one.span.source in found.sources
        assert one.uri.startswith("/")
    for hop in hops(found):
        facts = (hop.stale, hop.unresolvable, hop.unverified, hop.nameless, hop.hostless, hop.anonymous, hop.upgrades)
        assert all(fact.span.source in found.sources for fact in (*facts, hop.unpooled, hop.unbuffered, hop.socket))
    for peer in peers(found):
        assert peer.stale.sure
        assert peer.unresolvable.span.source in found.sources


FILES = ".git/config .env .htpasswd static/.git/config static/x.sql static/x.bak files/x.bak files/users users".split()
KINDS = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
SERVERS = {
    "all": "root ROOT;",
    "guarded": r"root ROOT; location ~ /\. { deny all; }",
    "shadowed": r"root ROOT; location ~ /\. { deny all; } location ~ \.bak$ { return 404; } location ^~ /static/ { }",
    "nested": r"root ROOT; location ~ /\. { deny all; } location ^~ /static/ { location ~ /\. { return 403; } }",
    "closed": r"root ROOT; location / { deny all; } location ^~ /static/ { deny all; }",
    "users": "location /files/ { alias ROOT/files/; } auth_basic_user_file ROOT/files/users;",
    "above": "root ROOT/static; auth_basic_user_file ROOT/users; location ^~ /.git { }",
    "exact": r"root ROOT; location = /.env { return 404; } location ~ /\.git { deny all; }",
}


@pytest.mark.skipif(not serve.available(), reason="there is no nginx to ask (DOCKGUARD_NGINX names one)")
@pytest.mark.parametrize("name", SERVERS)
def test_what_is_said_to_be_served_is_served(name):
    folder = Path(tempfile.mkdtemp(prefix="dockguard-files-"))
    folder.chmod(0o755)
    try:
        for file in FILES:
            (folder / "root" / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / "root" / file).write_text("secret")
        port, text = serve.free_port(), SERVERS[name].replace("ROOT", str(folder / "root"))
        start = f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/e.log; events {{}} http {{"
        paths = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in KINDS)
        config = f"{start} access_log off; {paths} server {{ listen 127.0.0.1:{port}; {text} }} }}"
        (folder / "nginx.conf").write_text(config)
        found = site(config.replace("127.0.0.1:", ""))  # what only the machine itself reaches gives nothing away
        hidden = next(server.hidden.known for server in documents(found))
        uris = [one.uri for one in (*shadowed(found), *exposed(found))] + ([hidden] if hidden else [])
        with serve.running(folder, port) as runs:
            assert runs
            statuses = {uri: serve.ask(port, serve.Ask("GET", "h", uri))[0] for uri in {*uris, *_all()}}
        assert all(statuses[uri] == 200 for uri in uris), (name, uris, statuses)
        assert bool(hidden) == any(statuses[uri] == 200 for uri in ("/.git/config", "/.env", "/.htpasswd")), statuses
    finally:
        shutil.rmtree(folder)


def _all():
    return [f"/{file}" for file in FILES]


HOSTILE = {
    "prefixes": r"root /srv; location ~ /\. { deny all; }" + "".join(f"location ^~ /p{i}/ {{ }}" for i in range(5000)),
    "guards": "root /srv;"
    + "".join(f"location ~ \\.(s{i})$ {{ deny all; }} location ^~ /p{i}/ {{ }}" for i in range(400)),
    "keys": "".join(f"location /l{i}/ {{ alias /srv/; auth_basic_user_file /srv/u{i}; }}" for i in range(900)),
    "hops": "".join(f"location /l{i}/ {{ proxy_pass https://a{i}.example.com/$uri; }}" for i in range(5000)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_the_cost_is_bounded(name):
    found = site(whole(HOSTILE[name]))
    began = time.process_time()
    assert list(endpoints(found))
    assert all(server.hidden.sure for server in documents(found))
    assert len([*shadowed(found), *exposed(found)]) < 10_000
    for hop in hops(found):
        assert all(fact.sure for fact in (hop.stale, hop.unresolvable, hop.unverified, hop.hostless))
    assert time.process_time() - began < 8
