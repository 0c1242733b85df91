"""Every control of a service: what is shown, and in which state."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from dockguard.posture.model import BAD, NONE, OK, UNKNOWN
from dockguard.posture.services import controls
from dockguard.rule import Rule
from dockguard.rulebook import rulebook
from dockguard.select import in_profile, reach

from .looks import cell, service, table

IMAGE = "registry.example.org/app:1.2"
DIGEST = "sha256:" + "0123456789abcdef" * 4

STATES: list[tuple[str, dict[str, Any], str, str]] = [
    ("user", {"user": "1000"}, OK, "1000"),
    ("user", {"user": "app:app"}, OK, "app:app"),
    ("user", {"user": "root"}, BAD, "root"),
    ("user", {"user": "0:0"}, BAD, "0:0"),
    ("user", {}, UNKNOWN, ""),
    ("user", {"user": "${WHO}"}, UNKNOWN, ""),
    ("user", {"image": "debian:12"}, BAD, "root (image)"),
    ("user", {"image": "postgres:16"}, OK, "postgres (image)"),
    ("user", {"image": "nginx:1.30"}, OK, "root, workers nginx (image)"),
    ("user", {"image": "nginx:1.30", "user": "101"}, OK, "101"),
    ("user", {"image": "prom/prometheus:v3.1.0"}, OK, "nobody (image)"),
    ("capabilities", {}, BAD, "default"),
    ("capabilities", {"cap_drop": ["ALL"]}, OK, "drops ALL"),
    ("capabilities", {"cap_drop": ["all"], "cap_add": ["CHOWN"]}, OK, "drops ALL +CHOWN"),
    ("capabilities", {"cap_drop": ["NET_RAW", "MKNOD"]}, BAD, "default -2"),
    (
        "capabilities",
        {"cap_drop": ["ALL"], "cap_add": ["SYS_ADMIN", "CHOWN", "KILL"]},
        BAD,
        "drops ALL +SYS_ADMIN +CHOWN +1 more",
    ),
    ("capabilities", {"cap_drop": ["${X}"]}, UNKNOWN, "default"),
    ("capabilities", {"cap_drop": ["ALL"], "cap_add": ["${X}"]}, UNKNOWN, "drops ALL"),
    ("no-new-privileges", {}, BAD, "unset"),
    ("no-new-privileges", {"security_opt": ["no-new-privileges:true"]}, OK, "yes"),
    ("no-new-privileges", {"security_opt": ["no-new-privileges", "no-new-privileges:false"]}, BAD, "no"),
    ("no-new-privileges", {"security_opt": ["${X}"]}, UNKNOWN, ""),
    ("read-only root", {"read_only": True}, OK, "yes"),
    ("read-only root", {"read_only": False}, BAD, "no"),
    ("read-only root", {"read_only": "${X}"}, UNKNOWN, ""),
    ("memory", {"mem_limit": "512m"}, OK, "512M"),
    ("memory", {"mem_limit": "1.5g"}, OK, "1.5G"),
    ("memory", {"deploy": {"resources": {"limits": {"memory": "2048"}}}}, OK, "2K"),
    ("memory", {}, BAD, "none"),
    ("memory", {"mem_limit": 0}, BAD, "0, void"),
    ("memory", {"mem_limit": "64m", "memswap_limit": -1}, BAD, "64M"),
    ("memory", {"mem_limit": "${X}"}, UNKNOWN, ""),
    ("cpu", {"cpus": 0.5}, OK, "0.5"),
    ("cpu", {"cpu_quota": 50000}, OK, "0.5"),
    ("cpu", {"cpus": 0}, BAD, "0, void"),
    ("cpu", {}, BAD, "none"),
    ("pids", {"pids_limit": 100}, OK, "100"),
    ("pids", {"pids_limit": -1}, BAD, "-1, void"),
    ("pids", {"pids_limit": 100, "mem_limit": 0}, OK, "100"),  # the void one is memory's
    ("privileged", {}, OK, "no"),
    ("privileged", {"privileged": True}, BAD, "yes"),
    ("privileged", {"privileged": "${X}"}, UNKNOWN, ""),
    ("privileged", {"post_start": [{"command": "x", "privileged": True}]}, BAD, "1 hook"),
    ("kernel profiles", {}, OK, "default"),
    ("kernel profiles", {"security_opt": ["seccomp=./p.json"]}, OK, "seccomp=./p.json"),
    (
        "kernel profiles",
        {"security_opt": ["apparmor=a", "label=type:t", "seccomp:unconfined"]},
        BAD,
        "seccomp:unconfined apparmor=a +1",
    ),
    ("kernel profiles", {"sysctls": {"kernel.msgmax": "1"}}, BAD, "default"),
    ("namespaces", {}, OK, "own"),
    ("namespaces", {"pid": "host", "ipc": "host"}, BAD, "host pid ipc"),
    ("namespaces", {"network_mode": "host"}, BAD, "host net"),
    ("namespaces", {"uts": "${X}"}, UNKNOWN, "own"),
    ("host access", {"volumes": ["./x:/x", "/etc/localtime:/etc/localtime:ro"]}, OK, "none"),
    ("host access", {"volumes": ["/sys:/sys:ro", "/var/run/docker.sock:/s"]}, BAD, "Docker socket /sys ro"),
    ("host access", {"use_api_socket": True}, BAD, "engine socket"),
    ("host access", {"devices": ["/dev/kvm"]}, BAD, "/dev/kvm"),
    ("host access", {"volumes": ["${X}:/x"]}, UNKNOWN, ""),
    ("host access", {"volumes": ["/srv/${X}:/x"]}, UNKNOWN, ""),
    ("published ports", {}, OK, "none"),
    ("published ports", {"ports": ["127.0.0.1:80:80"]}, OK, "127.0.0.1:80"),
    ("published ports", {"ports": ["8080:80", "127.0.0.1:81:81"]}, BAD, "*:8080"),
    ("published ports", {"ports": ["1:1", "2:2", "3:3"]}, BAD, "*:1 *:2 +1"),
    ("published ports", {"ports": ["${X}"]}, UNKNOWN, ""),
    ("published ports", {"ports": ["${X}:80:80"]}, UNKNOWN, "?:80"),
    ("published ports", {"ports": ["5432:5432"]}, BAD, "*:5432"),  # the number alone tells that it is a datastore
    ("published ports", {"network_mode": "host"}, UNKNOWN, "on host network"),
    ("secrets", {"environment": {"LEVEL": "info"}}, OK, "none seen"),
    ("secrets", {"environment": {"DB_PASSWORD": "kX9vQ2mN8pL4wR7t"}}, BAD, "1 in plain text"),
    ("secrets", {"environment": {"DB_PASSWORD": "${X}"}}, OK, "none seen"),
    ("secrets", {"env_file": ["${X}"]}, UNKNOWN, "none seen"),
    ("image pin", {"image": "nginx"}, BAD, "no tag"),
    ("image pin", {"image": f"nginx:1.27@{DIGEST}"}, OK, "digest"),
    ("image pin", {"image": "nginx:1.27"}, BAD, "1.27"),
    ("image pin", {"image": "nginx:1.27@${X}"}, OK, "digest"),
    ("image pin", {"image": "${X}"}, UNKNOWN, ""),
    ("image pin", {"image": "app:1", "build": "."}, NONE, "built here"),
    ("health check", {"healthcheck": {"test": ["CMD", "true"]}}, OK, "own"),
    ("health check", {"healthcheck": {"disable": True}}, BAD, "off"),
    ("health check", {}, UNKNOWN, ""),
    ("health check", {"image": "debian:12"}, BAD, "none"),
    ("health check", {"image": "louislam/uptime-kuma:1"}, OK, "in image"),
    ("health check", {"restart": "no"}, OK, "needs none"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("control", "body", "state", "text"), STATES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_states(control: str, body: dict[str, Any], state: str, text: str, tmp_path: Path) -> None:
    found = cell(tmp_path, control, {"image": IMAGE, **body})
    assert (found.state, found.text) == (state, text), found
    assert (found.severity is not None) == (state == BAD)
    assert bool(found.why) == (state != OK)


def test_every_control_is_shown_in_each_state() -> None:
    seen = {(control, state) for control, _, state, _ in STATES}
    for control in controls():
        assert (control.name, OK) in seen
        assert (control.name, BAD) in seen
        assert (control.name, UNKNOWN) in seen or control.name in ("kernel profiles", "cpu", "pids")


@cache
def rules() -> tuple[Rule, ...]:
    return rulebook().rules()


def test_every_word_of_a_control_means_a_rule() -> None:
    for control in controls():
        for word in control.rules:
            assert any(reach(word, rule) for rule in rules()), (control.name, word)


def test_no_rule_is_of_two_controls_but_that_of_the_limits() -> None:
    for rule in rules():
        of = [control.name for control in controls() if any(reach(word, rule) for word in control.rules)]
        assert len(of) <= 1 or rule.id == "compose/limit-ineffective", (rule.id, of)


def test_rules_about_services_are_in_a_control_or_known_not_to_be() -> None:
    """A new rule about what a service may do belongs to a control; `n/a` words name the others."""
    others = {"hygiene", "style", "perf", "cis-only", "validity", "merge", "overlay"}
    words = [word for control in controls() for word in control.rules]
    for rule in rules():
        if rule.each in (
            "compose.capability",
            "compose.device",
            "compose.limit",
            "compose.hook",
            "compose.security_option",
        ):
            covered = any(reach(word, rule) for word in words)
            assert covered or not in_profile(rule, "strict") or others & set(rule.tags), rule.id


def test_the_deciding_place(tmp_path: Path) -> None:
    base = "services:\n  app:\n    image: nginx:1.27\n    user: '1000'\n"
    over = "services:\n  app:\n    user: root\n"
    files = {
        "compose.yaml": base,
        "compose.prod.yaml": over,
        "up.sh": "docker compose -f compose.yaml -f compose.prod.yaml up",
    }
    (row,) = table(tmp_path, files).services
    user = row.cells["user"]
    assert user.span is not None
    assert (user.span.source.path, user.span.line, user.text) == ("compose.prod.yaml", 3, "root")
    assert user.variants == ("compose.yaml + compose.prod.yaml",)
    assert [(span.source.path, span.line) for span, _ in user.history][:1] == [("compose.yaml", 4)]
    assert row.cells["memory"].span == row.span  # what nobody wrote is at the service


def test_the_image_that_is_built(tmp_path: Path) -> None:
    files = {
        "compose.yaml": {"services": {"app": {"build": "."}}},
        "Dockerfile": "FROM debian:12\nHEALTHCHECK CMD true\nUSER app\n",
    }
    (row,) = table(tmp_path, files).services
    assert (row.cells["user"].state, row.cells["user"].text) == (OK, "app (image)")
    assert (row.cells["health check"].state, row.cells["health check"].text) == (OK, "in Dockerfile")
    files["Dockerfile"] = "FROM example.org/unknown\n"
    (row,) = table(tmp_path, files).services
    assert row.cells["user"].state == UNKNOWN


def test_settings_count(tmp_path: Path) -> None:
    body = {"image": IMAGE, "sysctls": {"kernel.msgmax": "1"}}
    config = """
[rules.options."compose/unsafe-sysctl"]
allowed = ["kernel.msgmax"]
[[assume]]
image = "registry.example.org/*"
user = "1000"
"""
    (row,) = table(tmp_path, {"compose.yaml": {"services": {"app": body}}, "dockguard.toml": config}).services
    assert row.cells["kernel profiles"].state == OK
    assert (row.cells["user"].state, row.cells["user"].text) == (OK, "1000 (image)")


def test_comments_accept_a_risk_and_do_not_remove_it(tmp_path: Path) -> None:
    comment = "# dockguard: ignore[compose/privileged-container] -- agreed"
    text = f"services:\n  app:\n    image: nginx:1.27\n    privileged: true  {comment}\n"
    (row,) = table(tmp_path, {"compose.yaml": text}).services
    assert row.cells["privileged"].state == BAD
    assert row.policies["baseline"].state == BAD


def test_services_whose_names_look_like_paths(tmp_path: Path) -> None:
    """What a rule says is of the service that it was asked about, not of one that its subject begins with."""
    files = {"compose.yaml": {"services": {"a": {"image": IMAGE}, "a.ports": {"image": IMAGE, "privileged": True}}}}
    one, other = table(tmp_path, files).services
    assert (one.cells["privileged"].state, other.cells["privileged"].state) == (OK, BAD)


def test_the_whole_of_a_sound_service(tmp_path: Path) -> None:
    from tests.policy.projects import SOUND

    row = service(tmp_path, SOUND["services"]["app"], volumes=SOUND["volumes"])
    assert {name: found.state for name, found in row.cells.items() if found.state != OK} == {}
    assert {name: found.text for name, found in row.policies.items()} == {"baseline": "meets", "restricted": "meets"}


STAGES = "FROM debian:12 AS build\nENV {}\nFROM debian:12\nENV {}\nUSER 1000\n"
SECRET = "API_KEY=abcd1234efgh5678"


@pytest.mark.parametrize(
    ("first", "final", "state", "text"),
    [("A=1", SECRET, BAD, "1 in plain text"), (SECRET, "A=1", OK, "none seen")],
)
def test_secrets_of_the_image_count_where_they_are_shipped(
    first: str, final: str, state: str, text: str, tmp_path: Path
) -> None:
    files = {
        "compose.yaml": {"services": {"app": {"build": "."}, "other": {"image": IMAGE}}},
        "Dockerfile": STAGES.format(first, final),
    }
    app, other = table(tmp_path, files).services
    assert (app.cells["secrets"].state, app.cells["secrets"].text) == (state, text)
    assert other.cells["secrets"].state == OK


def test_a_policy_may_ask_about_the_image_that_is_built(tmp_path: Path) -> None:
    own = """
title = "Ours"
fail-on = "medium"
[[control]]
name = "Base images"
rules = ["dockerfile/base-image-eol"]
"""
    files = {
        "compose.yaml": {"services": {"app": {"build": "."}, "other": {"image": IMAGE}}},
        "Dockerfile": "FROM debian:8\nUSER 1000\n",
        "ours.toml": own,
    }
    app, other = table(tmp_path, files, str(tmp_path / "ours.toml")).services
    assert [cell.failed for cell in app.policies.values()] == [("Base images",)]
    assert [cell.state for cell in other.policies.values()] == [OK]
