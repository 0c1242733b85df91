"""Servers for developers, by the command that starts them; and files and stages that are there for developers."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockguard.common.developers import file_for_developers, overlay_for_developers, stage_for_developers
from dockguard.common.servers import started
from dockguard.common.switches import of_command


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("uvicorn app:app --host 0.0.0.0 --reload", "uvicorn --reload"),
        ("/venv/bin/python -m uvicorn app:app --reload", "uvicorn --reload"),
        ("poetry run uvicorn app:app --reload", "uvicorn --reload"),
        ("flask run --debug --host=0.0.0.0", "flask run --debug"),
        ("flask --app app run --debug", "flask --debug"),
        ("python ./manage.py runserver 0.0.0.0:8000", "manage.py runserver"),
        ("php artisan serve --host=0.0.0.0", "artisan serve"),
        ("php -S 0.0.0.0:8000 -t public", "php -S"),
        ("bundle exec rails server -b 0.0.0.0 -e development", "rails server -e development"),
        ("rails s --environment=development", "rails s --environment development"),
        ("npm run dev", "npm run dev"),
        ("npm run --silent dev:client", "npm run dev:client"),
        ("docker-entrypoint.sh yarn dev", "yarn dev"),
        ("tini -- nodemon server.js", "nodemon"),
        ("npx vite --host", "vite"),
        ("/bin/sh -c 'npm ci && npm run dev'", "npm run dev"),
        ("bash -lc 'exec gunicorn app --reload'", "gunicorn --reload"),
    ],
)
def test_servers_for_developers(command: str, name: str) -> None:
    words = shlex.split(command)
    assert [found.name for found in started(words)] == [name]
    (setting,) = of_command(words)
    assert (setting.name, setting.kind, setting.server) == (name, "development", True)


@pytest.mark.parametrize(
    "command",
    [
        "uvicorn app:app", "gunicorn app --max-requests 10", "flask run", "php index.php", "php artisan migrate",
        "rails server -e production", "rails server", "npm run build", "npm start", "npm ci", "yarn start",
        "yarn build", "vite build", "npx vite preview", "node server.js --dev", "echo npm run dev", "cp nodemon /x",
        "grep nodemon package.json", "sh -c", "sh", "",
    ],
)  # fmt: skip
def test_what_runs_in_production(command: str) -> None:
    assert list(started(shlex.split(command))) == []


@given(st.lists(st.text(max_size=30) | st.sampled_from(["sh", "-c", "npm", "run", "dev", "--", "vite"]), max_size=8))
def test_any_words_are_taken(words: list[str]) -> None:
    assert all(0 <= found.index < len(words) for found in started(words))


@pytest.mark.parametrize("name", ["dev", "Development", "test", "testing", "dev-server", "test_e2e", "debug", "local"])
def test_stages_for_developers(name: str) -> None:
    assert stage_for_developers(name)


@pytest.mark.parametrize("name", ["", "prod", "latest", "deps", "builder", "my-dev", "0", "attested"])
def test_other_stages(name: str) -> None:
    assert not stage_for_developers(name)


@pytest.mark.parametrize(
    ("path", "is_for"),
    [
        ("Dockerfile.dev", True), ("dev.Dockerfile", True), (".devcontainer/Dockerfile", True),
        ("dev/compose.yaml", True), ("docker-compose.test.yml", True), ("compose.local.yaml", True),
        ("Dockerfile", False), ("device/Dockerfile", False), ("compose.prod.yaml", False), ("latest/Dockerfile", False),
    ],
)  # fmt: skip
def test_files_for_developers(path: str, is_for: bool) -> None:
    assert file_for_developers(path) is is_for
    assert overlay_for_developers(path) is is_for


def test_the_overlay_that_compose_takes_in_by_itself_is_for_developers() -> None:
    assert overlay_for_developers("app/docker-compose.override.yml")
    assert not overlay_for_developers("override/docker-compose.yml")
