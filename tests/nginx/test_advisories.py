"""Known flaws: which releases have them, and what a configuration needs."""

import pytest

from dockguard.formats.nginx.directives.table import numbers
from dockguard.formats.nginx.home.advisories import _NEEDS, _nested, advisories, table, undated

from .helpers import site, whole
from .test_assemble import assemble, container
from .test_release import MOUNT


def flaw(cve):
    return next(row for row in table() if row.cve == cve)


@pytest.mark.parametrize(
    ("release", "hit"),
    [
        ("1.26.1", True),
        ("1.26.2", False),
        ("1.26", False),  # the last of its branch
        ("1.26.3", False),
        ("1.27.0", True),
        ("1.27.1", False),
        ("1.25", True),
        ("1.25.5", True),
        ("1.5.12", False),
        ("1.5.13", True),
        ("1.30.0", False),
    ],
)
def test_a_flaw_is_repaired_in_two_branches(release, hit):
    assert flaw("CVE-2024-7347").hits(numbers(release)) is hit


def test_a_flaw_of_a_few_releases():
    hits = [
        release for release in ("1.25.2", "1.25.3", "1.25.4", "1.25") if flaw("CVE-2024-24989").hits(numbers(release))
    ]
    assert hits == ["1.25.3"]


def test_every_row_names_a_need_that_we_know():
    assert {row.needs for row in table()} <= set(_NEEDS)
    for row in table():
        assert row.cve.startswith("CVE-")
        assert row.severity in ("major", "medium", "low")
        assert all(row.introduced < fix for fix in row.fixed)
        assert row.fixed[0] == max(row.fixed)


@pytest.mark.parametrize(
    ("pattern", "pairs"),
    [
        ("^/((.*))$", [(1, 2)]),
        ("^/((a)(b))(c)$", [(1, 2), (1, 3)]),
        ("(?:(a))", []),
        ("(*UTF)((.*))", [(1, 2)]),
        (r"(\((a)\))", [(1, 2)]),
        ("(?<a>(?P<b>x))", [(1, 2)]),
        ("(?=(a))", []),
        ("(?<=(a))", []),
        ("(((", [(1, 2), (1, 3), (2, 3)]),
        ("\\", []),
    ],
)
def test_groups_inside_of_groups(pattern, pairs):
    assert sorted(_nested(pattern)) == pairs


@pytest.mark.parametrize(
    ("lines", "cves"),
    [
        ("rewrite ^(.*) /n?c=1; set $m $1;", ["CVE-2026-42945"]),
        ('rewrite ^(.*) /n?c=1; if ($host = "$1") { return 403; }', ["CVE-2026-42945"]),
        ("rewrite ^(.*) /n?c=1; if ($arg_x) { set $m $1; }", ["CVE-2026-42945"]),
        ("rewrite ^(.*) /n?c=1 last; set $m $1;", []),
        ("rewrite ^(.*) /n?; set $m $1;", []),
        ("rewrite ^(.*) https://e.test/?$1; set $m $1;", []),
        ("rewrite ^(.*) /n?c=1; return 200; set $m $1;", []),
        ("set $m $1; rewrite ^(.*) /n?c=1;", []),
        ("rewrite ^/((.*))$ /new?$1$2 last;", ["CVE-2026-9256"]),
        ("rewrite ^/((.*))$ /a$1?$2 last;", []),
        ("slice 1m; proxy_set_header A $1;", ["CVE-2026-60005"]),
        ("slice 0; proxy_set_header A $1;", []),
    ],
)
def test_lines_where_no_release_is_known(lines, cves):
    found = site(whole(f"location / {{ {lines} }}"))
    assert [advisory.flaws[0].cve for advisory in undated(found)] == cves
    assert not list(advisories(found))


@pytest.mark.parametrize(
    ("picture", "found"), [("nginx:1.18.0", 1), ("nginx:1.30.7", 0), ("openresty/openresty:1.19.3.1", 0)]
)
def test_only_images_of_its_makers_tell_what_is_repaired(picture, found):
    texts = {"default.conf": "server { listen 80; resolver 10.0.0.1; }"}
    (made,) = assemble(texts, container(MOUNT, picture=picture))
    assert len(list(advisories(made))) == found
    assert not list(undated(made))


TLS = "listen 443 ssl; ssl_certificate c; ssl_certificate_key k;"
FILES = "location /a/ { alias /srv/; %s }"


@pytest.mark.parametrize(
    ("release", "text", "cve", "hit"),
    [
        ("1.30.6", f"{TLS}", "CVE-2026-118899", True),
        ("1.30.7", f"{TLS}", "CVE-2026-118899", False),
        ("1.31.8", f"{TLS} ssl_protocols TLSv1.2 TLSv1.3;", "CVE-2026-118899", True),
        ("1.31.9", f"{TLS} ssl_protocols TLSv1.2 TLSv1.3;", "CVE-2026-118899", False),
        ("1.30.6", f"{TLS} ssl_protocols TLSv1.2;", "CVE-2026-118899", False),
        ("1.18.0", f"{TLS}", "CVE-2026-118899", False),  # TLS 1.3 was no default
        ("1.30.6", f"{TLS} ssl_reject_handshake on;", "CVE-2026-118899", False),
        ("1.30.6", "listen 443 quic; ssl_certificate c; ssl_certificate_key k;", "CVE-2026-118899", False),
        ("1.30.6", f"{TLS} http2 on;", "CVE-2026-123007", True),
        ("1.30.7", f"{TLS} http2 on;", "CVE-2026-123007", False),
        ("1.30.6", f"{TLS}", "CVE-2026-123007", False),
        ("1.9.4", "listen 443 ssl http2;", "CVE-2026-123007", False),
        ("1.30.5", f"{TLS} ssl_session_cache shared:a:1m;", "CVE-2026-97629", True),
        ("1.30.5", f"{TLS} ssl_session_cache shared:a:1m; ssl_session_tickets off;", "CVE-2026-97629", False),
        ("1.30.5", f"{TLS} ssl_session_cache shared:a:1m; ssl_session_ticket_key k;", "CVE-2026-97629", False),
        ("1.30.5", f"{TLS} ssl_session_cache builtin;", "CVE-2026-97629", False),
        ("1.23.2", f"{TLS} ssl_session_cache shared:a:1m;", "CVE-2026-97629", False),
        ("1.30.6", "resolver 10.0.0.1; auth_request /x;", "CVE-2026-123634", True),
        ("1.30.6", "resolver 10.0.0.1; auth_request off;", "CVE-2026-123634", False),
        ("1.30.6", "mirror /x;", "CVE-2026-123634", False),
        ("1.30.5", FILES % "rewrite ^/a/(.*) /$1; set $f $request_filename;", "CVE-2026-15176", True),
        ("1.30.6", FILES % "rewrite ^/a/(.*) /$1; set $f $request_filename;", "CVE-2026-15176", False),
        ("1.30.5", FILES % "set $f $request_filename; rewrite ^/a/(.*) /$1;", "CVE-2026-15176", False),
        ("1.30.5", FILES % "rewrite ^/a/(.*) /$1 break; set $f $request_filename;", "CVE-2026-15176", False),
        ("1.30.5", "rewrite ^/a/(.*) /$1; set $f $request_filename;", "CVE-2026-15176", False),
        ("1.30.5", "ssi on; aio threads;", "CVE-2026-97205", True),
        ("1.30.5", "ssi on;", "CVE-2026-97205", False),
        (
            "1.30.2",
            "large_client_header_buffers 4 4m; ignore_invalid_headers off; location / { grpc_pass a:1; }",
            "CVE-2026-42055",
            True,
        ),
        (
            "1.30.2",
            "large_client_header_buffers 4 1m; ignore_invalid_headers off; location / { grpc_pass a:1; }",
            "CVE-2026-42055",
            False,
        ),
        (
            "1.30.2",
            "large_client_header_buffers 4 4m; location / { proxy_http_version 2; }",
            "CVE-2026-42055",
            False,
        ),
    ],
)
def test_what_a_configuration_needs(release, text, cve, hit):
    (made,) = assemble({"default.conf": f"server {{ {text} }}"}, container(MOUNT, picture=f"nginx:{release}"))
    assert (cve in {flaw.cve for advisory in advisories(made) for flaw in advisory.flaws}) is hit
