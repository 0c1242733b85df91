"""What README and CONTRIBUTING show is what happens: the output, the commands, the rule in five minutes."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.repo.checkout import ROOT, dockguard

FENCE = re.compile(r"^(?P<ticks>`{3,})(?P<language>[\w-]+)\n(?P<text>.*?)^(?P=ticks)$", re.M | re.S)
DOCUMENTS = (
    *("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"),
    *(f"docs/{page.name}" for page in sorted((ROOT / "docs").glob("*.md"))),
)


def fences(document: str, language: str) -> list[str]:
    """The code blocks of a language."""
    text = (ROOT / document).read_text(encoding="utf-8")
    return [match["text"] for match in FENCE.finditer(text) if match["language"] == language]


@cache
def help_of(command: str) -> str:
    done = dockguard(*command.split(), "--help")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_rule_in_five_minutes_works(tmp_path: Path) -> None:
    (page,) = fences("CONTRIBUTING.md", "markdown")
    (tmp_path / "dockerfile").mkdir()
    (tmp_path / "dockerfile" / "ssh-exposed.md").write_text(page, encoding="utf-8")
    done = dockguard("test", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 pages, 2 examples passed, 0 failed" in done.stdout


def test_the_output_in_the_readme_is_a_real_one() -> None:
    """Blocks of output are parts of what a check of fixtures/shop prints; `...` stands for what is left out."""
    printed = dockguard("check", "fixtures/shop").stdout
    blocks = fences("README.md", "text")
    assert blocks
    for block in blocks:
        for part in re.split(r"^\.\.\.$\n?", block, flags=re.M):
            assert part.strip("\n") in printed, part


@pytest.mark.parametrize("document", DOCUMENTS)
def test_commands_and_options_exist(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    for command, rest in re.findall(
        r"dockguard (check|rules|explain|posture|effective|baseline|test|version)\b([^\n`]*)", text
    ):
        for option in re.findall(r"(?<!\S)--[a-z][a-z-]+", rest.split("#")[0]):
            assert option in help_of(command), f"{command} {option}"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_rules_that_are_named_exist(document: str) -> None:
    """A rule's name in a document is a page; the example page of CONTRIBUTING is the one exception."""
    text = (ROOT / document).read_text(encoding="utf-8")
    named = set(
        re.findall(r"(?<![\w/.-])(?:dockerfile|compose|nginx|stack|meta)/[a-z0-9]+(?:-[a-z0-9]+)+(?![\w*-])", text)
    )
    assert {name for name in named if not (ROOT / "rules" / f"{name}.md").is_file()} <= {"dockerfile/ssh-exposed"}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_somewhere(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", text):
        assert ((ROOT / document).parent / target).exists(), target


def test_the_configuration_in_the_readme_is_valid(tmp_path: Path) -> None:
    (config,) = fences("README.md", "toml")
    assert tomllib.loads(config)
    (tmp_path / "dockguard.toml").write_text(config, encoding="utf-8")
    (tmp_path / "Dockerfile").write_text("FROM debian:12\nUSER 10001\n", encoding="utf-8")
    done = dockguard("check", folder=tmp_path)
    assert done.returncode in (0, 1), done.stderr


def test_the_snippets_of_yaml_are_yaml() -> None:
    for text in fences("README.md", "yaml"):
        assert YAML(typ="safe", pure=True).load(text)
