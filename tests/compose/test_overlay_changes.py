"""What an overlay makes worse, and where the finding is placed."""

from __future__ import annotations

import pytest

from .projects import nodes, projects

BASE = """services:
  web:
    image: a
    user: "1000"
    read_only: true
    mem_limit: 1g
    cpus: 1
    pids_limit: 100
    cap_drop: [ALL]
    security_opt: ["no-new-privileges:true", "seccomp=./a.json"]
"""


def changes(overlay: str, base: str = BASE) -> list[tuple[str, int]]:
    found = projects({"compose.yaml": base, "compose.prod.yaml": f"services:\n  web:\n    {overlay}\n"})
    variant = next(project for project in found if project.base is not None)
    made = nodes("compose.change", variant)
    assert all(change.span.source.path == "compose.prod.yaml" for change in made)
    return [(change.what.value, change.span.line) for change in made]


@pytest.mark.parametrize(
    ("overlay", "what"),
    [
        ("read_only: !reset null", "makes its root file system writable"),
        ("read_only: false", "makes its root file system writable"),
        ("user: !reset null", "takes its user away"),
        ('user: ""', "takes its user away"),
        ("mem_limit: !reset null", "takes its memory limit away"),
        ("mem_limit: 0", "takes its memory limit away"),
        ("cpus: !reset null", "takes its CPU limit away"),
        ("pids_limit: -1", "takes its process limit away"),
        ("cap_drop: !override [NET_RAW]", "keeps capabilities that the base drops"),
        ('security_opt: !override ["seccomp=./a.json"]', "lets its processes gain privileges"),
        ('security_opt: ["apparmor=unconfined"]', "switches a security profile off (`apparmor=unconfined`)"),
        ("devices: [/dev/sda]", "gives it /dev/sda of the host"),
        ("use_api_socket: true", "gives it the engine's socket"),
    ],
)
def test_each_is_placed_in_the_overlay(overlay: str, what: str) -> None:
    assert changes(overlay) == [(what, 3)]


@pytest.mark.parametrize(
    "overlay",
    [
        "read_only: ${X}",
        "mem_limit: 2g",
        "user: '1001'",
        "cap_drop: [NET_RAW]",
        "devices: [/dev/dri]",
        "privileged: false",
    ],
)
def test_what_is_no_weaker_is_left_alone(overlay: str) -> None:
    assert changes(overlay) == []


def test_a_limit_in_either_spelling() -> None:
    base = "services:\n  web:\n    image: a\n    deploy: {resources: {limits: {memory: 1g}}}\n"
    assert changes("deploy: !reset null", base) == [("takes its memory limit away", 3)]
    assert changes("deploy: {resources: {limits: !reset null}}", base) == [("takes its memory limit away", 3)]
