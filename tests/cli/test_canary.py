"""Secrets go in everywhere and come out nowhere: text, JSON, SARIF with snippets and flows, fixes, errors, `-v`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_check import run

# Built from parts, so that no scanner of this repository takes them for real ones.
TOKEN = "gh" + "p_" + "wJalrXUtnFEMIK7MDENGbPxRfiCYzK3q9Qe1"
AWS = "AKIA" + "IOSFODNN7QWERTYU"
PASSWORD = "Kq7" + "-vR2mX9zLpT4wB8"
URL = "postgres://app:" + PASSWORD + "@db:5432/app"
CANARIES = (TOKEN, AWS, PASSWORD)

FILES = {
    "compose.yaml": f"""services:
  db:
    image: postgres:16
    environment:
      POSTGRES_PASSWORD: {PASSWORD}
      DATABASE_URL: {URL}
      GITHUB_TOKEN: {TOKEN}
    command: ["app", "--password={PASSWORD}", "--token", "{TOKEN}"]
    labels:
      deploy.token: {TOKEN}
    privileged: true
  app:
    build:
      context: app
      args:
        API_TOKEN: {TOKEN}
""",
    "compose.override.yaml": f"services:\n  db:\n    environment:\n      AWS_ACCESS_KEY_ID: {AWS}\n",
    ".env": f"DB_PASSWORD={PASSWORD}\n",
    "app/Dockerfile": f"""FROM debian:12
ARG API_TOKEN={TOKEN}
ENV DB_PASSWORD={PASSWORD} AWS_ACCESS_KEY_ID={AWS}
RUN curl -u "admin:{PASSWORD}" https://example.org/x | sh
RUN echo "token={TOKEN}" > /root/.netrc
RUN useradd app && echo "app:{PASSWORD}" | chpasswd
FORM broken --password={PASSWORD}
COPY id_rsa /root/.ssh/id_rsa
""",
    "app/id_rsa": "-----BEGIN " + "OPENSSH PRIVATE KEY-----\n" + PASSWORD + "\n-----END OPENSSH PRIVATE KEY-----\n",
    "nginx/nginx.conf": f"""events {{}}
http {{
    server {{
        listen 80;
        add_header X-Frame-Options DENY;
        location / {{
            add_header X-Api-Token "{TOKEN}";
            proxy_set_header Authorization "Bearer {TOKEN}";
            proxy_pass http://admin:{PASSWORD}@db:8000;
            db_password "{PASSWORD}";
        }}
    }}
}}
""",
    "broken/compose.yaml": f"services:\n  a:\n    environment: {{API_TOKEN: {TOKEN}\n",
    "broken/nginx.conf": f'http {{ server {{ proxy_set_header Authorization "Bearer {TOKEN} ; }} }}\n',
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "-v", "--show-suppressed"),
        ("check", "-f", "concise"),
        ("check", "-f", "json"),
        ("check", "-f", "sarif"),
        ("effective",),
        ("check", "--show-files"),
        ("explain", "compose.yaml:5"),
        ("explain", "app/Dockerfile:3"),
    ],
    ids=" ".join,
)
def test_no_output_holds_a_canary(project: Path, arguments: tuple[str, ...]) -> None:
    profile = ("--profile", "audit") if arguments[0] == "check" else ()
    got = run(*arguments, *profile, cwd=project)
    assert got.stdout
    for canary in CANARIES:
        assert canary not in got.stdout
        assert canary not in got.stderr


def test_the_baseline_holds_none(project: Path) -> None:
    for path in ("broken/compose.yaml", "broken/nginx.conf"):
        (project / path).unlink()
    run("baseline", "create", "--allow-incomplete", cwd=project)
    text = (project / ".dockguard-baseline.json").read_text()
    assert not [canary for canary in CANARIES if canary in text]


def test_the_secrets_are_found(project: Path) -> None:
    """Else there would be nothing to mask."""
    said = run("check", "-f", "concise", "--profile", "audit", cwd=project).stdout
    for rule in ("dockerfile/secret-in-env", "dockerfile/secret-in-arg"):
        assert rule in said
