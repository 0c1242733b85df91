"""Numbers, pools, files and hosts at the edges of what Docker Compose takes; each was seen in its own output."""

from __future__ import annotations

from typing import Any

import pytest

from dockguard.formats.compose.effective import resolve
from dockguard.workspace import Workspace


def outcome(text: str, over: str = "", **more: str) -> Any:
    """The model, or the first message."""
    files = {"compose.yaml": text, **({"compose.override.yaml": over} if over else {}), **more}
    projects, problems = resolve(Workspace(None, texts=files), "")
    return problems[0].message if problems else projects[0]


def of(body: str) -> Any:
    """What becomes of one attribute of a service."""
    found = outcome(f"services: {{a: {{image: x, {body}}}}}\n")
    return found if isinstance(found, str) else found["services"]["a"].get(body.partition(":")[0])


@pytest.mark.parametrize(
    ("body", "value"),
    [
        ('cpus: "1_000"', 1000),
        ('cpus: "1_0.5"', 10.5),
        ('cpus: "0x1.8p1"', 3),
        ('cpus: "${X:-1_000}"', 1000),
        ("pids_limit: 9223372036854775808", -(1 << 63)),
        ("pids_limit: 18446744073709551615", -1),
        ("pids_limit: 18446744073709551616", -(1 << 63)),
        ("mem_limit: 9223372036854775808", None),
        ('mem_limit: "9223372036854775807"', "9223372036854775807"),
        ('mem_limit: "9223372036854775808"', "-9223372036854775808"),
        ('mem_limit: "8192p"', "-9223372036854775808"),
        ("healthcheck: {test: x, retries: 18446744073709551616}", {"test": ["CMD-SHELL", "x"], "retries": 1 << 63}),
        ("labels: {l: +9223372036854775808}", {"l": "9.223372036854776e+18"}),
        (f"labels: {{l: {'9' * 350}}}", {"l": "9" * 350}),
        ("labels: {l: -0}", {"l": "-0"}),
        ("extra_hosts: {a: []}", []),
        ("extra_hosts: {}", None),
        ("ports: [{target: 0}]", [{"mode": "ingress", "protocol": "tcp"}]),
    ],
)
def test_taken(body: str, value: Any) -> None:
    assert of(body) == value


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('cpus: "1_"', "invalid syntax"),
        ('cpus: "1__0"', "invalid syntax"),
        ('cpus: "0x1p"', "invalid syntax"),
        ('cpus: "1e999"', "out of range"),
        ('pids_limit: "9223372036854775808"', "out of range"),
        (f"pids_limit: {'9' * 350}", "out of range"),
        ("scale: 9223372036854775808", "must be greater than or equal to 0"),
        ("scale: 18446744073709551616", "must be greater than or equal to 0"),
        ("deploy: {replicas: 1e19}", "must be greater than or equal to 0"),
        ("group_add: [9223372036854775808]", "expected type"),
        ("storage_opt: {a: 9223372036854775808}", "expected type"),
        ("expose: [9223372036854775808]", "unsupported expose value"),
        ("ulimits: {n: 9223372036854775808}", "invalid type for ulimits"),
        ("ulimits: {n: {soft: 1, hard: 9223372036854775808}}", "crashes"),
        ('ports: ["0"]', "missing a target port"),
        ("ports: [0]", "missing a target port"),
        ('ports: ["80:0"]', "missing a target port"),
    ],
)
def test_refused(body: str, message: str) -> None:
    assert message in of(body)


def test_large_floats_of_extensions_are_written_out() -> None:
    found = outcome("services: {a: {image: x}}\nx-a: [18446744073709551616, 1e21, 1.5]\n")["x-a"]
    assert repr(found) == "[18446744073709552000, 1e+21, 1.5]"


NETWORK = "services: {a: {image: x, networks: [n]}}\nnetworks: {n: {ipam: {config: %s}}}\n"


@pytest.mark.parametrize(
    ("base", "above", "pools"),
    [
        ("[{gateway: 1.1.1.1}]", "[{gateway: 2.2.2.2}, {ip_range: 3.0.0.0/8}]", [("2.2.2.2", None)]),
        ("[{subnet: A}, {subnet: B}]", "[{subnet: A}, {gateway: 3.3.3.3}]", [("3.3.3.3", "A"), ("3.3.3.3", None)]),
        ("[{gateway: 4.4.4.4}]", "[{subnet: A}, {subnet: B}]", [(None, "A"), (None, "B")]),
    ],
)
def test_pools_go_on_changing_while_they_are_merged(base: str, above: str, pools: Any) -> None:
    overlay = f"networks: {{n: {{ipam: {{config: {above}}}}}}}\n"
    merged = outcome(NETWORK % base, overlay)["networks"]["n"]["ipam"]["config"]
    assert [(pool.get("gateway"), pool.get("subnet")) for pool in merged] == pools


@pytest.mark.parametrize(
    ("base", "above", "files"),
    [
        ("[e, e]", "[e, f, f]", "eef"),
        ("[e, f, e]", "e", "efe"),
        ("[./e]", "[e, f, e]", "eef"),
    ],
)
def test_files_of_labels_come_again_only_where_one_file_says_so(base: str, above: str, files: str) -> None:
    overlay = f"services: {{a: {{label_file: {above}}}}}\n"
    text = f"services: {{a: {{image: x, label_file: {base}}}}}\n"
    found = outcome(text, overlay, e="A=1\n", f="A=2\n")["services"]["a"]
    assert "".join(path[-1] for path in found["label_file"]) == files
    assert found["labels"] == {"A": "1" if files[-1] == "e" else "2"}


def test_no_address_in_a_list_is_one_that_is_written_out() -> None:
    text = "services: {a: {image: x, extra_hosts: {a: 1.1.1.1}}}\n"
    found = outcome(text, over="services: {a: {extra_hosts: {a: [null]}}}\n")["services"]["a"]
    assert found["extra_hosts"] == ["a=1.1.1.1", "a=<nil>"]
