"""Settings by which nobody checks certificates."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dockguard.common import tables
from dockguard.formats.compose.unverified import HINT

from .projects import nodes, project

TABLE = Path(tables.__file__).parent / "data" / "tls.json"


def switches(body: str) -> list[str]:
    return [
        one.switch for one in nodes("compose.unverified", project(f"services:\n  web:\n    image: a\n    {body}\n"))
    ]


def test_every_variable_of_the_table_is_looked_at() -> None:
    names = [row["name"] for row in json.loads(TABLE.read_text(encoding="utf-8"))["environment"]]
    assert [name for name in names if not HINT.search(name)] == []


@pytest.mark.parametrize(
    "variable",
    [
        "NODE_TLS_REJECT_UNAUTHORIZED=0",
        "PYTHONHTTPSVERIFY=0",
        "GF_SMTP_SKIP_VERIFY=true",
        "APP_SKIP_TLS_VERIFY=1",
        "LDAP_TLS_INSECURE_SKIP_VERIFY=yes",
        "MAIL_TLS_VERIFY=off",
        "ELASTIC_VERIFY_CERTS=false",
        "DB_DISABLE_SSL_VERIFICATION=true",
        "ALLOW_SELF_SIGNED_CERTS=true",
    ],
)
def test_variables(variable: str) -> None:
    name, _, value = variable.partition("=")
    assert switches(f'environment: {{{name}: "{value}"}}') == [variable]


@pytest.mark.parametrize(
    "variable",
    [
        "NODE_TLS_REJECT_UNAUTHORIZED=1",
        "APP_SKIP_TLS_VERIFY=false",
        "APP_SKIP_TLS_VERIFY=${SKIP}",
        "EMAIL_SKIP_VERIFICATION=true",
        "SKIP_CERT_RENEWAL=true",
        "MAIL_TLS_VERIFY=full",
        "SSL_CERT_FILE=/x",
        "REJECT_INVALID=0",
    ],
)
def test_harmless_variables(variable: str) -> None:
    name, _, value = variable.partition("=")
    assert switches(f'environment: {{{name}: "{value}"}}') == []


@pytest.mark.parametrize(
    ("option", "counts"),
    [
        ("--insecure-skip-tls-verify", True),
        ("--serverstransport.insecureskipverify=true", True),
        ("--insecure-registry=a:5000", True),
        ("-tls-skip-verify", True),
        ("--no-check-certificate", True),
        ("--insecure-skip-tls-verify=false", False),
        ("--tls-verify", False),
        ("--insecure", False),
        ("insecure-skip-tls-verify", False),
    ],
)
def test_options(option: str, counts: bool) -> None:
    assert switches(f'command: ["run", "{option}"]') == ([option] if counts else [])
