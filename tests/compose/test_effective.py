"""What Docker Compose would have: discovery, environment, profiles, and what it refuses. Needs no binary."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dockguard.formats.compose.effective import resolve
from dockguard.workspace import Workspace


def model(texts: dict[str, str], folder: str = "", **options: Any) -> dict[str, Any]:
    projects, problems = resolve(Workspace(None, texts=texts), folder, **options)
    assert not problems, problems[0].message
    return projects[0]


def problems(files: dict[str, str], **options: Any) -> list[str]:
    return [problem.message for problem in resolve(Workspace(None, texts=files), "", **options)[1]]


ONE = "services: {web: {image: one}}\n"
TWO = "services: {web: {image: two}}\n"


def image(texts: dict[str, str], **options: Any) -> str:
    return str(model(texts, **options)["services"]["web"]["image"])


def test_the_first_name_wins_and_any_override_goes_with_it() -> None:
    assert image({"docker-compose.yml": TWO, "compose.yaml": ONE}) == "one"
    assert image({"docker-compose.yml": ONE, "compose.override.yml": TWO}) == "two"
    assert image({"compose.yaml": ONE, "compose.override.yml": TWO, "docker-compose.override.yml": ONE}) == "two"


def test_named_files_leave_the_override_out() -> None:
    files = {"compose.yaml": ONE, "compose.override.yaml": TWO, "x.yaml": "services: {web: {user: u}}\n"}
    assert image(files, files=["compose.yaml"]) == "one"
    assert image(files, environment={"COMPOSE_FILE": "compose.yaml"}) == "one"
    assert image({**files, ".env": "COMPOSE_FILE=compose.yaml:x.yaml\n"}) == "one"


def test_folders_above_are_searched() -> None:
    assert model({"compose.yaml": ONE, "sub/x": ""}, "sub")["services"]["web"]["image"] == "one"


def test_the_environment_wins_over_the_env_file() -> None:
    files = {"compose.yaml": "services: {web: {image: 'a:${TAG}'}}\n", ".env": "TAG=file\n", "other.env": "TAG=other\n"}
    assert image(files) == "a:file"
    assert image(files, environment={"TAG": "shell"}) == "a:shell"
    assert image(files, env_files=["other.env"]) == "a:other"


ENVIRONMENTS = {
    "compose.yaml": "services: {web: {image: 'a:${TAG-none}'}}\n",
    ".env": "TAG=dot\n",
    "e.env": "TAG=e\n",
    "f.env": "TAG=${TAG}f\n",
}


@pytest.mark.parametrize(
    ("variables", "named", "tag"),
    [
        ({"COMPOSE_ENV_FILES": "e.env"}, [], "e"),
        ({"COMPOSE_ENV_FILES": "e.env,,f.env"}, [], "ef"),
        ({"COMPOSE_ENV_FILES": "e.env"}, [".env"], "dot"),
        ({"COMPOSE_ENV_FILES": ""}, [], "dot"),
        ({"COMPOSE_DISABLE_ENV_FILE": "T"}, [], "none"),
        ({"COMPOSE_DISABLE_ENV_FILE": "0"}, [], "dot"),
        ({"COMPOSE_DISABLE_ENV_FILE": "on", "COMPOSE_ENV_FILES": "e.env"}, [], "e"),
    ],
)
def test_variables_name_the_env_files(variables: dict[str, str], named: list[str], tag: str) -> None:
    assert image(ENVIRONMENTS, environment=variables, env_files=named) == f"a:{tag}"


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"COMPOSE_ENV_FILES": "nope.env"}, "couldn't find env file"),
        ({"COMPOSE_DISABLE_ENV_FILE": "on"}, "invalid syntax"),
        ({"COMPOSE_DISABLE_ENV_FILE": ""}, "invalid syntax"),
        ({"COMPOSE_FILE": ""}, "no such file"),
        ({"COMPOSE_FILE": "compose.yaml:"}, "no such file"),
        ({"COMPOSE_PROJECT_NAME": "My"}, "invalid project name"),
        ({"COMPOSE_PROJECT_NAME": "-a"}, "invalid project name"),
    ],
)
def test_variables_that_are_refused(variables: dict[str, str], message: str) -> None:
    found = problems(ENVIRONMENTS, environment=variables)
    assert any(message in one for one in found), found


@pytest.mark.parametrize("name", ["${NOPE}", "é", "-"])
def test_a_name_of_no_letters_is_refused(name: str) -> None:
    assert problems({"compose.yaml": f'name: "{name}"\n{ONE}'}) == ["the project name must not be empty"]
    assert problems({"_/c.yaml": ONE}, environment={"COMPOSE_FILE": "_/c.yaml"}) == [
        "the project name must not be empty"
    ]


def test_profiles() -> None:
    files = {"compose.yaml": "services: {web: {image: a}, dbg: {image: b, profiles: [debug]}}\n"}
    assert list(model(files)["services"]) == ["web"]
    assert set(model(files, profiles=["debug"])["services"]) == {"web", "dbg"}
    assert set(model(files, environment={"COMPOSE_PROFILES": "x,debug"})["services"]) == {"web", "dbg"}
    assert set(model(files, environment={"COMPOSE_PROFILES": "x, debug"})["services"]) == {"web", "dbg"}


def test_names() -> None:
    assert model({"My App/compose.yaml": ONE}, "My App")["name"] == "myapp"
    assert model({"compose.yaml": f"name: Given_{'${X:-1}'}\n{ONE}"})["name"] == "given_1"
    assert model({"compose.yaml": ONE}, environment={"COMPOSE_PROJECT_NAME": "p"})["name"] == "p"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("services: {web: {image: a, privilged: true}}", "services.web has no `privilged`; did you mean `privileged`?"),
        ("services: {web: {image: '${X:?no}'}}", "required variable X is missing a value: no"),
        ("services: {web: {image: '${X'}}", "invalid interpolation format"),
        ("services: {web: {user: u}}", "neither an image nor a build context"),
        ("services: {web: {image: a, networks: [x]}}", "undefined network x"),
        ("services: {web: {image: a, env_file: x}}", "not found"),
        ("services: {web: {image: a, depends_on: [web]}}", "dependency cycle"),
        ("services: {web: {image: a, ports: ['1:2:3:4']}}", "invalid"),
        ("services: {web: {image: a, privileged: maybe}}", "invalid boolean"),
        ("a: [", "while parsing"),
        ("", "empty compose file"),
        ("- a", "must be a mapping"),
        ("include: [x.yaml]", "no such file"),
        ("include: ['']", "an empty name"),
        ("%YAML 1.2\n---\nservices: {web: {image: a}}", "incompatible YAML"),
        ('services: {web: {image: a, labels: {l: "a\\/b"}}}', "unknown escape"),
        ("services: {web: {image: a}}\n---", "top-level object must be a mapping"),
        ("services: {web: {image: a, environment: ['A =1']}}", "trailing space"),
        ("services: {web: {image: a, post_start: [{command: x, environment: ['A =1']}]}}", "trailing space"),
        ("services: {web: {build: {context: ., args: ['A =1']}}}", "trailing space"),
        ("include: [{path: '${X:-}'}]", "an empty name"),
        ("include: [{path: compose.yaml, env_file: ''}]", "an empty name"),
        ("services: {web: {image: a, extends: {file: '', service: b}}, b: {image: b}}", "an empty name"),
        ("services: {web: {image: a}, db: }", "services.db must be a mapping"),
        ("services: {web: {image: a}, db: []}", "services.db must be a mapping"),
        ("services: {web: {image: a}}\n---\nservices:", "services must be a mapping"),
        ("services: {web: {image: a, extra_hosts: {}}}\n---\nservices: {web: {extra_hosts: {}}}", "must be a mapping"),
    ],
)
def test_refusals(text: str, message: str) -> None:
    found = problems({"compose.yaml": f"{text}\n"})
    assert any(message in one for one in found), found


def test_what_is_no_number_is_text_and_any_tilde_is_home() -> None:
    text = "services: {web: {image: a, labels: {a: 1e400, b: -0, c: '~'}, volumes: ['~bob:/x']}}\n"
    web = model({"compose.yaml": text}, environment={"HOME": "/home/me"})["services"]["web"]
    assert web["labels"] == {"a": "1e400", "b": "-0", "c": "~"}
    assert web["volumes"][0]["source"] == "/home/me/bob"


def test_half_a_limit_is_merged_and_a_mapping_is_printed_as_go_prints_it() -> None:
    base = "services: {web: {image: a, ulimits: {n: {soft: 1, hard: 2}}, labels: {m: }, environment: {F: }}}\n"
    over = "services: {web: {ulimits: {n: {soft: 5}}, labels: {l: {b: [1, x], a: }}, environment: {E: {}}}}\n"
    web = model({"compose.yaml": base, "compose.override.yaml": over})["services"]["web"]
    assert web["ulimits"] == {"n": {"soft": 5, "hard": 2}}
    assert web["labels"] == {"l": "map[a:<nil> b:[1 x]]", "m": ""}
    assert web["environment"] == {"E": "map[]", "F": None}


def test_where_compose_is_started_is_known_without_a_shell() -> None:
    text = "services: {web: {image: a, volumes: ['${PWD}/a:/b']}}\n"
    assert model({"app/compose.yaml": text}, "app")["services"]["web"]["volumes"][0]["source"] == "/workspace/app/a"
    found = model({"compose.yaml": text}, environment={"PWD": "/srv"})
    assert found["services"]["web"]["volumes"][0]["source"] == "/srv/a"


def test_nothing_to_load() -> None:
    assert problems({"x": ""}) == ["no configuration file provided: not found"]


def test_paths_outside_are_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text("services: {x: {image: a}}\n")
    project = tmp_path / "proj"
    project.mkdir()
    (project / "compose.yaml").write_text("services: {web: {extends: {file: ../secret.yaml, service: x}}}\n")
    found = resolve(Workspace(project), "")[1]
    assert found
    (project / "compose.yaml").write_text("services: {web: {image: a, env_file: link.env}}\n")
    (project / "link.env").symlink_to("/etc/hostname")
    assert resolve(Workspace(project), "")[1]


def test_paths_are_those_of_the_host(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services: {web: {build: ./ctx, volumes: ['./a:/b', '~/h:/c']}}\n")
    projects, _ = resolve(Workspace(tmp_path), "", environment={"HOME": "/home/me"})
    web = projects[0]["services"]["web"]
    real = tmp_path.resolve()
    assert web["build"]["context"] == f"{real}/ctx"
    assert [volume["source"] for volume in web["volumes"]] == [f"{real}/a", "/home/me/h"]


def test_dollars_are_doubled() -> None:
    web = model({"compose.yaml": "services: {web: {image: a, command: echo $$X}}\n"})["services"]["web"]
    assert web["command"] == ["echo", "$$X"]
