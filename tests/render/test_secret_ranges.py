"""The cheap look before the detectors, held to what they find."""

from __future__ import annotations

import re
import subprocess
import sys
import time

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from dockguard.common.secrets import find_in_text
from dockguard.common.tables import load
from dockguard.finding import Finding
from dockguard.render import renderer
from dockguard.render.secret_ranges import key_blocks, secret_ranges, suspicious
from dockguard.report import Report, Run
from dockguard.source import Source, Span
from tests.render.runs import PRIVILEGED, at, report

FORMS = [row["regex"] for table in ("token_formats", "secret_words") for row in load(table)["formats"]]
VALUE = st.text("abcXYZ0129-_", min_size=3, max_size=20)
NAMES = (
    "DB_PASSWORD api_key apiKey PGPASSWORD githubPat GITHUB_PAT client-secret PROXY_PASS PSK WEB_PW mnemonic "
    "ERLANG_COOKIE masterauth bearer DB_CREDS AUTH_TOKEN passphrase rootpass"
).split()
TEMPLATES = r"""
{0}={1}
{0}: {1}
"{0}": "{1}"
ENV {0} = {1}
--{0} {1}
--{0}={1}
mysql -uroot -p{1} db
sshpass -p {1} ssh
redis-cli -h x -a {1}
mongosh -u a -p {1}
docker login -u a -p {1} reg
curl -u me:{1} x
curl --user me:{1} x
echo 'root:{1}' | chpasswd
requirepass {1}
openssl -passin pass:{1}
Authorization: Bearer {1}{1}
https://me:{1}@host/
https://x/?api_key={1}{1}
"Server=x;User=y;Password={1};"
machine x login y password {1}
//r.io/:_authToken={1}
pgbouncer -password {1}
""".strip().splitlines()


@settings(max_examples=200, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(FORMS).flatmap(lambda form: st.from_regex(re.compile(form, re.ASCII))))
def test_no_token_is_overlooked(token: str) -> None:
    found = [one for one in find_in_text(token) if one.verdict.leaks]
    assume(found)
    assert suspicious(token)


@settings(max_examples=400)
@given(st.sampled_from(TEMPLATES), st.sampled_from(NAMES), VALUE)
def test_no_named_secret_is_overlooked(template: str, name: str, value: str) -> None:
    text = template.format(name, value)
    assert suspicious(text) or not any(one.verdict.leaks for one in find_in_text(text))


@pytest.mark.parametrize("name", ["text", "sarif"])
@pytest.mark.parametrize("template", TEMPLATES)
def test_what_the_detectors_find_is_not_shown(template: str, name: str) -> None:
    text = template.format("DB_PASSWORD", "kD8fJ2mQ9xZ4")
    assert any("kD8fJ2mQ9xZ4" in text[start:end] for start, end in secret_ranges(text))
    source = Source("x", f"first\n{text}\nlast\n")
    output = renderer(name)(Run((report(PRIVILEGED, at(source, text), "m"),), (), ()))
    assert "kD8fJ2mQ9xZ4" not in output
    assert "*******" in output


@pytest.mark.parametrize(
    "text",
    [
        "    privileged: true",
        "    image: nginx:1.27-alpine",
        "      - /var/run/docker.sock:/var/run/docker.sock:ro",
        "FROM python:3.12-slim-bookworm AS builder",
        "FROM alpine@sha256:" + "0f" * 32,
        "RUN apt-get update && apt-get install -y --no-install-recommends curl ca-certificates",
        "    proxy_pass http://backend:8080;",
        '    add_header Strict-Transport-Security "max-age=31536000; includeSubDomains" always;',
        "USER root",
        "ENV PATH=/opt/bin:$PATH",
        "      - no-new-privileges:true",
    ],
)
def test_ordinary_lines_wake_no_detector(text: str) -> None:
    assert not suspicious(text)


def test_ordinary_findings_load_no_detector() -> None:
    code = (
        "import sys\nfrom tests.render.runs import sample\nfrom dockguard.render import text, json_v1\n"
        "text.render(sample()); json_v1.render(sample())\nprint(*sys.modules, sep='\\n')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not [name for name in done.stdout.split() if "common.secrets" in name]


def test_placeholders_and_references_are_shown() -> None:
    for line in ("DB_PASSWORD=${DB_PASSWORD}", "DB_PASSWORD=/run/secrets/db"):
        source = Source("x", line)
        assert line in renderer("text")(Run((report(PRIVILEGED, Span(source, 0, 3), "m"),), (), ()))


def test_private_keys_are_hidden_on_every_line() -> None:
    body = "\n".join("MIIEpAIBAAKCAQEA7bq0" + str(n) * 40 for n in range(8))
    source = Source("x", f"a: |\n-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----\nuser: root\n")
    ((start, end),) = key_blocks(source.text)
    assert source.text[start:end].startswith("-----BEGIN")
    output = renderer("text")(Run((report(PRIVILEGED, at(source, "2" * 40), "m"),), (), ()))
    assert "MIIE" not in output
    assert "2222" not in output


@pytest.mark.parametrize(
    "piece", ["a", "p: ", "://", "pass", "curl ", "login ", "a1", "'", "-", "mysql ", "x=", "AAAAA "]
)
def test_the_look_is_linear(piece: str) -> None:
    start = time.process_time()
    suspicious(piece * (200_000 // len(piece)))
    assert time.process_time() - start < 6


def test_a_whole_file_on_one_line_is_looked_at_near_the_place_only() -> None:
    source = Source("x", "a: b, " * 150_000 + "DB_PASSWORD=kD8fJ2mQ9xZ4")
    finding = Finding(Span(source, 450_000, 450_001), "m")
    start = time.process_time()
    renderer("text")(Run((Report(PRIVILEGED, "services.web", finding, PRIVILEGED.severity),), (), ()))
    assert time.process_time() - start < 4
