"""What fails the baseline fails restricted: by the files, and by generated services."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockguard.config import Context
from dockguard.policy.find import find, names
from dockguard.policy.model import Policy
from dockguard.rulebook import rulebook
from dockguard.workspace import Workspace

from .projects import DIGEST, failing, judged, project

CATALOGUE = rulebook().catalogue()


def policy(name: str) -> Policy:
    read = find(Workspace(None), name, "", Context(CATALOGUE, "0"))
    assert not read.problems, read.problems
    assert read.policy is not None
    return read.policy


@pytest.mark.parametrize("name", names())
def test_each_of_ours_is_read(name: str) -> None:
    found = policy(name)
    assert found.title
    assert found.description
    assert found.rules


def test_every_rule_of_the_baseline_is_in_restricted_and_no_weaker() -> None:
    weak, strong = policy("baseline"), policy("restricted")
    fails = {rule for control in weak.controls for rule in control.rules}
    also = {rule for control in strong.controls for rule in control.rules}
    assert fails <= also
    assert weak.rules <= strong.rules
    for id in weak.rules:
        assert strong.severity(CATALOGUE.rules[id]) >= weak.severity(CATALOGUE.rules[id])
    assert strong.gate is not None
    assert weak.gate is not None
    assert strong.gate < weak.gate


def test_options_of_restricted_allow_no_more() -> None:
    weak, strong = policy("baseline"), policy("restricted")
    for id in weak.rules:
        rule = CATALOGUE.rules[id]
        one, other = weak.options_of(rule), strong.options_of(rule)
        for name, value in one.items():
            if name in ("allowed", "harmless", "selinux_types"):
                assert set(other[name]) <= set(value), (id, name)
            elif name in ("modes", "capabilities", "groups", "switches", "raw", "gives"):
                assert set(other[name]) >= set(value), (id, name)
            elif isinstance(value, bool):
                assert other[name] >= value, (id, name)


def test_the_lists_of_the_baseline_are_those_of_the_pod_security_standards() -> None:
    """Kubernetes documentation, Pod Security Standards, Baseline: Capabilities, Sysctls, SELinux types."""
    found = policy("baseline")
    assert set(found.options["compose/capability-not-allowed"]["allowed"]) == {
        *("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP"),
        *("SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"),
    }
    ports = ("local_port_range", "unprivileged_port_start", "local_reserved_ports")
    tcp = ("syncookies", "keepalive_time", "fin_timeout", "keepalive_intvl", "keepalive_probes")
    assert set(found.options["compose/unsafe-sysctl"]["allowed"]) == {
        "kernel.shm_rmid_forced",
        "net.ipv4.ping_group_range",
        *(f"net.ipv4.ip_{name}" for name in ports),
        *(f"net.ipv4.tcp_{name}" for name in tcp),
    }
    assert set(found.options["compose/security-profile-disabled"]["selinux_types"]) == {
        *("container_t", "container_init_t", "container_kvm_t"),
    }
    assert policy("restricted").options["compose/capability-not-allowed"]["allowed"] == ["NET_BIND_SERVICE"]


def test_homelab_is_the_baseline_without_ports_and_audit_is_everything() -> None:
    assert policy("homelab").rules == policy("baseline").rules - {"compose/port-published-all-interfaces"}
    assert policy("audit").rules == set(CATALOGUE.rules)
    assert policy("audit").gate is None


CHANGES: dict[str, list[Any]] = {
    "privileged": [True, "${X}"],
    "user": [None, "root", "app", "0", "${X}"],
    "read_only": [False, None, "${X}"],
    "cap_drop": [None, ["NET_RAW"], ["${X}"]],
    "cap_add": [["CHOWN"], ["SYS_ADMIN"], ["NET_ADMIN"], ["NET_RAW"], ["NEW"], ["${X}"], ["NET_BIND_SERVICE"]],
    "security_opt": [None, ["seccomp=unconfined"], ["label=type:x_t"], ["no-new-privileges", "${X}"]],
    "sysctls": [{"kernel.msgmax": "1"}, {"net.ipv4.tcp_syncookies": "1"}],
    "devices": [["/dev/kvm"], ["/dev/sda"], ["/dev/fuse"], ["/dev/net/tun"], ["/dev/dri"]],
    "group_add": [["docker"], ["video"]],
    "pid": ["host"],
    "ipc": ["host", "shareable"],
    "uts": ["host"],
    "network_mode": ["host", "none", "${X}"],
    "volumes": [["/var/run/docker.sock:/s"], ["/etc:/e"], ["/sys:/s:ro"], ["./x:/x"], ["/usr:/u:ro,z"], ["${X}:/x"]],
    "ports": [["80:80"], ["5432:5432"], ["9229:9229"], ["10.0.0.1:1:1"], ["${X}"]],
    "environment": [{"DB_PASSWORD": "admin123"}, {"DOCKER_HOST": "tcp://a:2375"}, {"DB_PASSWORD": "kX9vQ2mN8pL4wR7t"}],
    "tmpfs": [["/tmp"], ["/tmp:exec,size=1m"]],
    "mem_limit": [None, 0, "${X}"],
    "pids_limit": [None, -1],
    "cpus": [None],
    "image": [f"nginx:1.27@{DIGEST}", f"postgres:16.4@{DIGEST}", "debian:12", f"qmcgaw/gluetun:3.39@{DIGEST}", "${X}"],
    "healthcheck": [None, {"disable": True}],
    "logging": [None, {"driver": "none"}],
    "post_start": [[{"command": "x", "user": "root"}], [{"command": "x", "privileged": True}]],
    "use_api_socket": [True],
}
services = st.lists(st.sampled_from(sorted(CHANGES)), max_size=5, unique=True).flatmap(
    lambda keys: st.fixed_dictionaries({key: st.sampled_from(CHANGES[key]) for key in keys})
)


@settings(
    max_examples=int(os.environ.get("DOCKGUARD_LONG", "25")),
)
@given(services)
def test_what_fails_the_baseline_fails_restricted(changes: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = {"compose.yaml": project(changes)}
        weak, strong = judged(Path(folder), "baseline", files), judged(Path(folder), "restricted", files)
        assert failing(weak) <= failing(strong)
