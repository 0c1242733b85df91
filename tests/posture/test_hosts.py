"""Every control of a host: the worst of its contexts, how many of them lack it, and what nobody can know."""

from __future__ import annotations

from pathlib import Path

import pytest

from dockguard.posture.hosts import controls
from dockguard.posture.model import BAD, NONE, OK, UNKNOWN
from dockguard.rulebook import rulebook
from dockguard.select import reach

from .looks import host, table

TLS = "listen 443 ssl; ssl_certificate c; ssl_certificate_key k; ssl_protocols TLSv1.2 TLSv1.3; "
PAGE = "location / { root /x; }"
NOSNIFF = "add_header X-Content-Type-Options nosniff always; "
HSTS = 'add_header Strict-Transport-Security "max-age=31536000; includeSubDomains" always; '
CSP = 'add_header Content-Security-Policy "%s" always; '

STATES = [
    ("TLS", TLS + PAGE, OK, "1.2 1.3", None),
    ("TLS", TLS.replace("TLSv1.2", "TLSv1 TLSv1.2") + PAGE, BAD, "1 1.2 1.3", None),
    ("TLS", "listen 80; " + PAGE, UNKNOWN, "plain HTTP", None),
    ("TLS", "listen 80; return 301 https://$host$request_uri;", NONE, "plain HTTP", None),
    ("HSTS", TLS + PAGE, BAD, "1 of 1 lack it", (1, 1)),
    (
        "HSTS",
        TLS + HSTS + PAGE,
        OK,
        "set",
        None,
    ),
    ("HSTS", TLS + 'add_header Strict-Transport-Security "max-age=60" always; ' + PAGE, BAD, "set", None),
    ("HSTS", "listen 80; " + PAGE, NONE, "plain HTTP", None),
    ("nosniff", "listen 80; " + NOSNIFF + PAGE, OK, "set", None),
    ("nosniff", "listen 80; " + PAGE, BAD, "1 of 1 lack it", (1, 1)),
    (
        "nosniff",  # lost in one of two
        "listen 80; " + NOSNIFF + PAGE + " location /b { root /y; add_header X-B 1; }",
        BAD,
        "1 of 2 lack it",
        (1, 2),
    ),
    ("nosniff", "listen 80; location / { proxy_pass http://app; }", UNKNOWN, "1 of 1 lack it", (1, 1)),
    (
        "nosniff",  # the files' pages surely lack it, whatever the upstream does
        "listen 80; " + PAGE + " location /app { proxy_pass http://app; }",
        BAD,
        "1 of 2 lack it",
        (1, 2),
    ),
    ("nosniff", "listen 80; return 301 https://example.org/;", NONE, "no pages", None),
    ("nosniff", "listen 80; include gone.conf; " + PAGE, UNKNOWN, "set", None),
    ("framing", "listen 80; add_header X-Frame-Options DENY always; " + PAGE, OK, "set", None),
    (
        "framing",
        "listen 80; " + CSP % "frame-ancestors 'none'" + PAGE,
        OK,
        "set",
        None,
    ),
    ("framing", "listen 80; " + PAGE, BAD, "1 of 1 lack it", (1, 1)),
    ("CSP", "listen 80; " + PAGE, BAD, "1 of 1 lack it", (1, 1)),
    (
        "CSP",
        "listen 80; " + CSP % "script-src 'unsafe-inline'" + PAGE,
        BAD,
        "set",
        None,
    ),
    (
        "nosniff",  # lost where no pages are
        "listen 80; "
        + NOSNIFF
        + PAGE
        + " location = /health { add_header X-B 1; default_type text/plain; return 200 k; }",
        OK,
        "set",
        None,
    ),
    ("Referrer-Policy", "listen 80; " + PAGE, BAD, "1 of 1 lack it", (1, 1)),
    ("Referrer-Policy", "listen 80; add_header Referrer-Policy unsafe-url always; " + PAGE, BAD, "set", None),
    ("server tokens", "listen 80; server_tokens off; " + PAGE, OK, "off", None),
    ("server tokens", "listen 80; " + PAGE, BAD, "on by default", None),
    ("server tokens", "listen 80; return 301 https://example.org/;", BAD, "on", None),
    ("rate limit", "listen 80; " + PAGE, NONE, "no application", None),
    ("rate limit", "listen 80; location /api/ { proxy_pass http://app; }", BAD, "1 of 1 lack it", (1, 1)),
    (
        "rate limit",
        "listen 80; limit_req zone=z; location /api/ { proxy_pass http://a; } location /b { proxy_pass http://b; }",
        OK,
        "set",
        None,
    ),
]
ZONE = "limit_req_zone $binary_remote_addr zone=z:10m rate=10r/s;"


@pytest.mark.parametrize(("control", "lines", "state", "text", "lacking"), STATES)
def test_states(
    control: str, lines: str, state: str, text: str, lacking: tuple[int, int] | None, tmp_path: Path
) -> None:
    found = host(tmp_path, lines, ZONE).cells[control]
    assert (found.state, found.text, found.lacking) == (state, text, lacking), found


def test_every_control_is_shown_as_fine_and_as_bad() -> None:
    seen = {(control, state) for control, _, state, *_ in STATES}
    for control in controls():
        assert (control.name, BAD) in seen
        assert (control.name, OK) in seen or control.name in ("CSP", "Referrer-Policy")


def test_a_policy_without_a_fault(tmp_path: Path) -> None:
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    )
    lines = f"listen 80; {CSP % policy} add_header Referrer-Policy no-referrer always; "
    cells = host(tmp_path, lines + PAGE).cells
    assert [cells[name].state for name in ("CSP", "framing", "Referrer-Policy")] == [OK, OK, OK]


def test_every_word_of_a_control_means_a_rule() -> None:
    rules = rulebook().rules(("nginx",))
    for control in controls():
        for word in control.rules:
            assert any(reach(word, rule) for rule in rules), (control.name, word)


def test_what_stands_around_a_server_counts_where_it_is_inherited(tmp_path: Path) -> None:
    text = (
        "events {}\nhttp {\nssl_protocols TLSv1 TLSv1.2;\nserver_tokens on;\n"
        f"server {{ server_name a; {TLS.replace('ssl_protocols TLSv1.2 TLSv1.3; ', '')} {PAGE} }}\n"
        f"server {{ server_name b; {TLS.replace('443', '8443')} server_tokens off; {PAGE} }}\n}}\n"
    )
    one, other = table(tmp_path, {"nginx.conf": text}).hosts
    assert (one.cells["TLS"].state, other.cells["TLS"].state) == (BAD, OK)
    assert one.cells["TLS"].span is not None
    assert one.cells["TLS"].span.line == 3
    assert (one.cells["server tokens"].state, other.cells["server tokens"].state) == (BAD, OK)


def test_headers_of_one_server_are_not_those_of_another(tmp_path: Path) -> None:
    bad = "add_header Content-Security-Policy \"script-src 'unsafe-inline' *\" always;"
    text = f"events {{}}\nhttp {{\nserver {{ server_name a; {bad} {PAGE} }}\nserver {{ server_name b; {PAGE} }}\n}}\n"
    one, other = table(tmp_path, {"nginx.conf": text}).hosts
    assert (one.cells["CSP"].text, other.cells["CSP"].text) == ("set", "1 of 1 lack it")
    assert one.cells["CSP"].span is not None
    assert one.cells["CSP"].span.line == 3


def test_a_site_in_a_container_knows_it(tmp_path: Path) -> None:
    files = {
        "compose.yaml": {
            "services": {"edge": {"image": "nginx:1.27", "volumes": ["./nginx.conf:/etc/nginx/nginx.conf:ro"]}}
        },
        "nginx.conf": f"events {{}}\nhttp {{ server {{ server_name a.example; {PAGE} }} }}\n",
    }
    found = table(tmp_path, files)
    (row,) = found.hosts
    assert (row.name, row.site, row.container) == ("server a.example", "nginx.conf", "edge")
    assert row.variants == ("compose.yaml",)


def test_servers_of_the_same_name_stay_apart(tmp_path: Path) -> None:
    text = f"events {{}}\nhttp {{\nserver {{ listen 80; {PAGE} }}\nserver {{ listen 80; {NOSNIFF}{PAGE} }}\n}}\n"
    rows = table(tmp_path, {"nginx.conf": text}).hosts
    assert [row.cells["nosniff"].state for row in rows] == [BAD, OK]
