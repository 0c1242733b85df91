"""Which files of a commit wake the hooks, and that a file name cannot be an option."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.repo.checkout import ROOT, dockguard

HOOKS: list[dict[str, Any]] = YAML(typ="safe", pure=True).load(ROOT / ".pre-commit-hooks.yaml")
IDS = [hook["id"] for hook in HOOKS]

WAKING = """
Dockerfile Dockerfile.dev Dockerfile-prod Dockerfile_test dockerfile prod.dockerfile api.Dockerfile app/Dockerfile
Containerfile containers/Containerfile.build
compose.yaml compose.yml docker-compose.yml docker-compose.override.yml compose.prod.yaml podman-compose.yaml
deploy/docker-compose-prod.yml .devcontainer/docker-compose.yml
nginx.conf nginx.conf.template nginx-prod.conf nginx.prod.conf docker/nginx/default.conf conf.d/site.conf
http.d/default.conf nginx/snippets/tls.inc nginx/templates/default.conf.template sites-available/example.org
etc/nginx/sites-enabled/default nginx/site.vhost
.env .env.production .env-prod .env_local api/.env db.env config/prod.env
.dockerignore app/.dockerignore Dockerfile.dockerignore docker/api.Dockerfile.dockerignore
""".split()

SLEEPING = """
README.md Dockerfile.md docs/compose.md dockerfile.go dockerfile_test.go Dockerfile.py compose.json composer.yaml
mycompose.yaml compose.yaml.bak docker-compose.yml.txt nginx.conf.js nginx.conf.md conf.d/notes.txt influxdb.conf
telegraf.conf environment .envrc env .gitignore dockguard.toml .dockguard.toml src/nginx.py Dockerfiles/readme.rst
nginxconf dockerignore rules/compose/privileged-container.md k8s/deployment.yaml package.json
""".split()


def wakes(hook: dict[str, Any], name: str) -> bool:
    """As pre-commit decides it: `files` must be found, `exclude` must not."""
    return bool(re.search(hook["files"], name)) and not re.search(hook["exclude"], name)


def test_the_hooks_there_are() -> None:
    assert IDS == ["dockguard", "dockguard-project"]


@pytest.mark.parametrize("hook", HOOKS, ids=IDS)
def test_names_that_wake_it(hook: dict[str, Any]) -> None:
    assert [name for name in WAKING if not wakes(hook, name)] == []


@pytest.mark.parametrize("hook", HOOKS, ids=IDS)
def test_names_that_do_not(hook: dict[str, Any]) -> None:
    assert [name for name in SLEEPING if wakes(hook, name)] == []


@pytest.mark.parametrize("hook", HOOKS, ids=IDS)
def test_the_stack_stays_in_one_process(hook: dict[str, Any]) -> None:
    assert hook["language"] == "python"
    assert hook["require_serial"] is True


def test_a_file_name_is_never_an_option(tmp_path: Path) -> None:
    (tmp_path / "--config=x").mkdir()
    (tmp_path / "--config=x" / "compose.yaml").write_text("services:\n  a:\n    image: b:1\n    privileged: true\n")
    hook = HOOKS[0]
    words = [*hook["entry"].split()[1:], *hook["args"], "--config=x/compose.yaml", "--help.compose.yaml"]
    done = dockguard(*words, folder=tmp_path)
    assert done.returncode == 2  # the second file is not there, and that is said
    assert "compose/privileged-container" in done.stdout
    assert "Usage" not in done.stdout


def test_a_file_that_only_has_such_a_name_stops_no_commit(tmp_path: Path) -> None:
    (tmp_path / "apache" / "conf.d").mkdir(parents=True)
    (tmp_path / "apache" / "conf.d" / "site.conf").write_text("<VirtualHost *:80>\nServerName x\n</VirtualHost>\n")
    (tmp_path / "Dockerfile.j2").write_text("FROM {{ base }}\n")
    hook = HOOKS[0]
    done = dockguard(
        *hook["entry"].split()[1:], *hook["args"], "apache/conf.d/site.conf", "Dockerfile.j2", folder=tmp_path
    )
    assert done.returncode == 0
    assert "error" not in done.stdout + done.stderr
