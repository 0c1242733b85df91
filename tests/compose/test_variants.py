"""Which files make which projects, and what scripts run."""

from __future__ import annotations

from dockguard.formats.compose.scripts import places
from dockguard.formats.compose.text.names import matches, sniff
from dockguard.stack.pieces import Deployment
from dockguard.workspace import Workspace

from .projects import nodes, projects

BASE = "services: {web: {image: a}, db: {image: b}}\n"
OVER = "services: {web: {restart: always}}\n"


def variants(files: dict[str, str], *above: Deployment) -> list[tuple[str, str]]:
    return [(unit.project, unit.variant) for unit in projects(files, *above)]


def test_names() -> None:
    good = ("compose.yaml", "a/docker-compose.yml", "docker-compose.prod.yml", "compose-dev.yaml", "prod.compose.yml")
    assert all(map(matches, good))
    assert not any(map(matches, ("composer.json", "values.yaml", "compose.txt", "decompose.yaml")))
    assert sniff("services:\n  web:\n    cap_drop: [ALL]\n")
    assert not sniff("apiVersion: v1\nservices:\n  a:\n    image: b\n")


def test_a_base_alone_is_one_variant() -> None:
    assert variants({"compose.yaml": BASE}) == [("compose.yaml", "compose.yaml")]


def test_the_default_override_comes_first_and_overlays_never_together() -> None:
    files = {"compose.yaml": BASE, "compose.prod.yaml": OVER, "compose.override.yaml": OVER, "compose.dev.yaml": OVER}
    assert [variant for _, variant in variants(files)] == [
        "compose.yaml",
        "compose.yaml + compose.override.yaml",
        "compose.yaml + compose.dev.yaml",
        "compose.yaml + compose.prod.yaml",
    ]


def test_the_first_base_of_a_folder_wins() -> None:
    found = projects({"compose.yaml": BASE, "docker-compose.yml": BASE})
    assert [unit.project for unit in found] == ["compose.yaml", "docker-compose.yml"]
    assert [node.subject for unit in found for node in nodes("compose.ignored", unit)] == ["docker-compose.yml"]  # type: ignore[attr-defined]


def test_a_file_that_shares_no_service_stands_alone() -> None:
    files = {"compose.yaml": BASE, "tools/compose-tools.yaml": "services: {lint: {image: c}}\n"}
    assert [project for project, _ in variants(files)] == ["compose.yaml", "tools/compose-tools.yaml"]


def test_included_and_extended_files_belong_to_the_project() -> None:
    files = {
        "compose.yaml": "include: [part.compose.yml]\nservices: {w: {extends: {file: base.compose.yml, service: x}}}\n",
        "part.compose.yml": "services: {db: {image: b}}\n",
        "base.compose.yml": "services: {x: {image: c}}\n",
    }
    (unit,) = projects(files)
    assert {source.path for source in unit.sources} == set(files)


def test_sets_of_scripts_and_of_the_configuration() -> None:
    files = {
        "compose.yaml": BASE,
        "compose.a.yaml": OVER,
        "compose.b.yaml": OVER,
        "run.sh": "docker compose -f compose.yaml \\\n  -f compose.a.yaml --env-file x -f compose.b.yaml up\n",
    }
    assert variants(files)[-1][1] == "compose.yaml + compose.a.yaml + compose.b.yaml"
    named = Deployment("prod", ("compose.yaml", "compose.b.yaml", "compose.a.yaml"))
    assert "compose.yaml + compose.b.yaml + compose.a.yaml" in [variant for _, variant in variants(files, named)]


def test_where_sets_are_found() -> None:
    files = {
        "compose.yaml": BASE,
        "compose.a.yaml": OVER,
        "Makefile": "FILES=-f compose.yaml -f compose.a.yaml\nup:\n\tdocker compose $(FILES) up\n",
        ".github/workflows/ci.yml": "env:\n  COMPOSE_FILE: compose.yaml:compose.a.yaml\n",
        "sub/go.sh": "docker-compose -f ../compose.yaml up; tar -f x.yaml\n",
        "README.md": "docker compose -f compose.yaml -f compose.a.yaml up\n",
    }
    found = [(span.source.path, paths) for paths, span in places(Workspace(None, texts=files))]
    both = ("compose.yaml", "compose.a.yaml")
    assert sorted(found) == [(".github/workflows/ci.yml", both), ("Makefile", both), ("sub/go.sh", ("compose.yaml",))]


def test_a_named_set_is_all_there_is() -> None:
    files = {"compose.yaml": BASE, "compose.a.yaml": OVER, "compose.b.yaml": OVER}
    chosen = Deployment("command line", ("compose.yaml", "compose.b.yaml"))
    assert variants(files, chosen) == [("compose.yaml", "compose.yaml + compose.b.yaml")]
    assert len(projects(files, chosen)[0].files) == 2


def test_the_folder_of_a_file_that_is_found_there_is_that_of_the_shell() -> None:
    def source(name: str) -> str | None:
        unit = projects({name: "services: {web: {image: a, volumes: ['$PWD/x:/y']}}\n"})[0]
        return next(iter(next(iter(unit.services)).mounts)).source.known

    assert source("app/compose.yaml") == source("app/docker-compose.yml") == "/workspace/app/x"
    assert source("app/compose.prod.yaml") is None  # who names files may stand anywhere


def test_loops_end() -> None:
    files = {
        "compose.yaml": "include: [b.compose.yml]\nservices: {a: {extends: {file: b.compose.yml, service: b}}}\n",
        "b.compose.yml": "include: [compose.yaml]\nservices: {b: {extends: {file: compose.yaml, service: a}}}\n",
    }
    unit = projects(files)[0]
    assert {"include", "extends"} <= {refusal.kind for refusal in unit.refusals}


def test_the_labels_of_a_project_in_a_folder() -> None:
    files = {"app/compose.yaml": BASE, "app/deploy/compose.prod.yaml": OVER}
    assert [variant for _, variant in variants(files)] == [
        "app/compose.yaml",
        "app/compose.yaml + deploy/compose.prod.yaml",
    ]
