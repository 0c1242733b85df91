"""Fixes as text edits: block and flow style, line ends, comments, and what is never touched."""

from __future__ import annotations

from typing import Any

import pytest

from dockguard.finding import apply
from dockguard.formats.compose.text.edit import edit, edit_override, literal_text
from dockguard.formats.compose.text.parse import parse
from dockguard.source import Source

from .projects import project


def edited(text: str, verb: str, path: str, literal: Any = None, name: str = "web") -> str | None:
    service = project(text).service(name)
    assert service is not None
    edits = edit(service, verb, path, literal)
    return None if edits is None else apply(text, edits)


BLOCK = "services:\n  web:\n    image: a\n    privileged: true  # why\n    cap_drop:\n      - A\n  db:\n    image: b\n"


def test_remove_takes_whole_lines() -> None:
    assert edited(BLOCK, "remove", "privileged") == BLOCK.replace("    privileged: true  # why\n", "")
    assert edited(BLOCK, "remove", "cap_drop") == BLOCK.replace("    cap_drop:\n      - A\n", "")
    crlf = BLOCK.replace("\n", "\r\n")
    assert edited(crlf, "remove", "privileged") == crlf.replace("    privileged: true  # why\r\n", "")


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("{image: a, privileged: true}", "{image: a}"),
        ("{privileged: true, image: a}", "{image: a}"),
        ("{image: a, privileged: true, user: u}", "{image: a, user: u}"),
    ],
)
def test_remove_in_flow_style(text: str, result: str) -> None:
    assert edited(f"services: {{web: {text}}}\n", "remove", "privileged") == f"services: {{web: {result}}}\n"


def test_set_replaces_or_adds() -> None:
    assert edited(BLOCK, "set", "privileged", False) == BLOCK.replace("privileged: true", "privileged: false")
    assert edited(BLOCK, "set", "read_only", True) == BLOCK.replace("      - A\n", "      - A\n    read_only: true\n")
    flow = "services: {web: {image: a}}\n"
    assert edited(flow, "set", "read_only", True) == "services: {web: {image: a, read_only: true}}\n"
    assert (
        edited("services:\n  web:\n    image: a", "set", "user", "1000")
        == 'services:\n  web:\n    image: a\n    user: "1000"\n'[:-1]
    )


def test_append_keeps_the_style_of_the_list() -> None:
    assert edited(BLOCK, "append", "cap_drop", "ALL") == BLOCK.replace("      - A\n", "      - A\n      - ALL\n")
    flow = "services:\n  web: {image: a, cap_drop: [A]}\n"
    assert edited(flow, "append", "cap_drop", "ALL") == "services:\n  web: {image: a, cap_drop: [A, ALL]}\n"
    added = "      - A\n    security_opt:\n      - no-new-privileges:true\n"
    assert edited(BLOCK, "append", "security_opt", "no-new-privileges:true") == BLOCK.replace("      - A\n", added)
    flush = "services:\n  web:\n    image: a\n    ports:\n    - 80:80\n"
    assert edited(flush, "append", "cap_drop", "ALL") == flush + "    cap_drop:\n    - ALL\n"


@pytest.mark.parametrize(
    "text",
    [
        "x: &x {privileged: true}\nservices:\n  web:\n    <<: *x\n    image: a\n",
        "x: &x {image: a, privileged: true}\nservices:\n  web: *x\n",
        "services:\n  web:\n    image: a\n    privileged: ${P:-true}\n",
    ],
)
def test_nothing_is_edited_through_an_alias_a_merge_key_or_a_variable(text: str) -> None:
    assert edited(text, "set", "privileged", False) is None


def test_what_an_edit_gives_is_yaml_with_the_new_value() -> None:
    for value in (True, "1000:1000", "a: b", "yes", "5", "", "x # y", "it's", 'q"q', "trailing:", "a\nb"):
        text = edited(BLOCK, "set", "user", value)
        assert text is not None
        found = parse(Source("x", text)).root.get("services", "web", "user")
        assert found is not None
        assert found.data == value, literal_text(value)


def test_an_override_becomes_a_reset() -> None:
    from .projects import nodes, projects

    over = "services:\n  db:\n    ports: []\n    volumes:\n"
    base = "services:\n  db: {image: x, ports: ['1:1'], volumes: ['./a:/b']}\n"
    unit = projects({"compose.yaml": base, "compose.prod.yaml": over})[1]
    overrides: list[Any] = list(nodes("compose.override", unit))
    found = [edit_override(node, "set", "written", "!reset []") for node in overrides]
    assert [apply(over, edits or ()) for edits in found] == [
        over.replace("ports: []", "ports: !reset []"),
        over.replace("volumes:", "volumes: !reset []"),
    ]
