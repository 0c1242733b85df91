"""What fails the baseline fails it in every image that we know: no VPN, monitoring or proxy is let through."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dockguard.common.images import names
from dockguard.posture.model import BAD, OK
from tests.posture.looks import table

DANGERS: dict[str, dict[str, Any]] = {
    "privileged": {"privileged": True},
    "pid": {"pid": "host"},
    "network": {"network_mode": "host"},
    "ipc": {"ipc": "host"},
    "userns": {"userns_mode": "host"},
    "socket": {"volumes": ["/var/run/docker.sock:/var/run/docker.sock:ro"]},
    "root": {"volumes": ["/:/rootfs:ro"]},
    "root to write": {"volumes": ["/etc:/host/etc"]},
    "net-admin": {"cap_add": ["NET_ADMIN"]},
    "sys-admin": {"cap_add": ["SYS_ADMIN"]},
    "ptrace": {"cap_add": ["SYS_PTRACE"]},
    "seccomp": {"security_opt": ["seccomp:unconfined"]},
    "disk": {"devices": ["/dev/sda"]},
    "kernel log": {"devices": ["/dev/kmsg"]},
    "hypervisor": {"devices": ["/dev/kvm"]},
    "sysctl": {"sysctls": {"kernel.msgmax": "65536"}},
    "api": {"use_api_socket": True},
}


def verdicts(folder: Path, body: dict[str, Any]) -> dict[str, str]:
    """The baseline's verdict by image."""
    services = {f"s{at}": {"image": image, **body} for at, image in enumerate(names())}
    rows = table(folder, {"compose.yaml": {"services": services}}, "baseline").services
    return {services[row.name]["image"]: row.policies["baseline"].state for row in rows}


@pytest.mark.parametrize("danger", DANGERS)
def test_a_danger_is_one_in_every_image(danger: str, tmp_path: Path) -> None:
    found = verdicts(tmp_path, DANGERS[danger])
    assert len(found) == len(names())
    assert {image for image, state in found.items() if state != BAD} == set()


def test_no_image_fails_by_itself(tmp_path: Path) -> None:
    assert {image for image, state in verdicts(tmp_path, {}).items() if state != OK} == set()
