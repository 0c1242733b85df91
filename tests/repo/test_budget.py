"""A text check of each kind loads nothing that only other commands and formats need."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.repo.checkout import FIXTURE, ROOT, run

HEAVY = ("sarif_om", "attr", "rich", "jsonschema", "asyncio", "importlib.metadata", "multiprocessing")
LOOK = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from dockguard.cli import main
try:
    main(sys.argv[1:])
except SystemExit as stop:
    sys.stdout.flush()
    print("code", stop.code)
print("loaded", *sorted(sys.modules))
"""
SMALL = {
    "compose.yaml": "services:\n  web:\n    image: nginx:1.27\n    privileged: true\n",
    "Dockerfile": "FROM debian:12\nENV API_KEY=9f2c7b1e64d84a0c8b53e1f7a6d0c942\nUSER root\n",
    "nginx.conf": "events {}\nhttp {\n  server {\n    add_header X-A b;\n    location / { add_header X-C d; }\n}}\n",
}


def loaded(*arguments: str | Path, folder: Path = ROOT) -> tuple[str, set[str]]:
    """The exit code that a command ended with, and the modules that were there then."""
    done = run([sys.executable, "-X", "utf8", "-c", LOOK, *arguments], folder)
    code, modules = done.stdout.splitlines()[-2:]
    return code.removeprefix("code "), set(modules.split()[1:])


@pytest.mark.parametrize("name", SMALL)
def test_one_small_file(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(SMALL[name], encoding="utf-8")
    code, modules = loaded("check", name, folder=tmp_path)
    assert code in ("0", "1")
    assert modules.isdisjoint(HEAVY), sorted(modules.intersection(HEAVY))


def test_one_kind_loads_the_parser_of_no_other(tmp_path: Path) -> None:
    (tmp_path / "nginx.conf").write_text(SMALL["nginx.conf"], encoding="utf-8")
    _, modules = loaded("check", "nginx.conf", folder=tmp_path)
    assert modules.isdisjoint({"ruamel.yaml", "dockerfile_parse"})


def test_a_project_of_all_kinds() -> None:
    code, modules = loaded("check", FIXTURE)
    assert code == "1"
    assert {"ruamel.yaml", "crossplane", "dockerfile_parse"} <= modules, "the formats' parsers are not in use"
    assert modules.isdisjoint(HEAVY), sorted(modules.intersection(HEAVY))


def test_the_version_loads_no_format() -> None:
    _, modules = loaded("--version")
    assert modules.isdisjoint({*HEAVY, "ruamel.yaml", "crossplane", "dockerfile_parse"})
    assert not any(name.startswith(("dockguard.formats", "dockguard.engine")) for name in modules)


def test_sarif_loads_its_objects() -> None:
    """The test above can fail: the name is the right one."""
    _, modules = loaded("check", "--format", "sarif", FIXTURE)
    assert "sarif_om" in modules
