"""Each control of the policies: a project that meets it, one that does not, and exactly the rules that say so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .projects import DIGEST, IMAGE, NGINX, POSTGRES, failing, judged, project, told

BOTH, ONLY = "baseline and restricted", "restricted only"
ROOT = "stack/user-explicit-root"


def mounts(*entries: Any, **volumes: Any) -> dict[str, Any]:
    return project({"volumes": list(entries)}, volumes=volumes)


def variables(**values: str) -> dict[str, Any]:
    return project({"environment": values})


def two(**other: Any) -> dict[str, Any]:
    """With another service, which is the sound one with some keys changed."""
    return project(services={"other": project(other)["services"]["app"]})


# (control, who fails it, rules, project): exactly these rules fail, and the others of the policy say nothing.
BAD: list[tuple[str, str, set[str], dict[str, Any]]] = [
    ("Privileged", BOTH, {"compose/privileged-container"}, project({"privileged": True})),
    ("Privileged", BOTH, {"compose/privileged-container"}, project({"privileged": "yes"})),
    (
        "Privileged",
        BOTH,
        {"compose/privileged-lifecycle-hook"},
        project({"post_start": [{"command": "/x", "privileged": True}]}),
    ),
    (
        "Privileged",
        BOTH,
        {"compose/build-elevated"},
        project({"build": {"context": ".", "privileged": True}, "image": "app:1"}),
    ),
    (
        "Privileged",
        BOTH,
        {"compose/build-elevated"},
        project({"build": {"context": ".", "entitlements": ["security.insecure"]}, "image": "app:1"}),
    ),
    ("Host namespaces", BOTH, {"compose/host-network"}, project({"network_mode": "host", "ports": None})),
    (
        "Host namespaces",
        BOTH,
        {"compose/host-network"},
        project({"networks": ["lan"], "ports": None}, networks={"lan": {"external": True, "name": "host"}}),
    ),
    ("Host namespaces", BOTH, {"compose/host-pid-namespace"}, project({"pid": "host"})),
    ("Host namespaces", BOTH, {"compose/host-ipc-namespace"}, project({"ipc": "host"})),
    ("Host namespaces", BOTH, {"compose/host-uts-user-cgroup-namespace"}, project({"uts": "host"})),
    ("Host namespaces", BOTH, {"compose/host-uts-user-cgroup-namespace"}, project({"userns_mode": "host"})),
    ("Host namespaces", BOTH, {"compose/host-uts-user-cgroup-namespace"}, project({"cgroup": "host"})),
    (
        "Host paths",
        BOTH,
        {"compose/container-runtime-socket-mounted"},
        mounts("/var/run/docker.sock:/var/run/docker.sock:ro"),
    ),
    ("Host paths", BOTH, {"compose/host-root-equivalent-mount"}, mounts("/dev:/dev:ro")),
    ("Host paths", BOTH, {"compose/host-root-equivalent-mount"}, mounts("/etc:/host:rw")),
    ("Host ports", BOTH, {"compose/datastore-or-admin-port-published"}, project({"ports": ["5432:5432"]})),
    ("Host ports", BOTH, {"compose/datastore-or-admin-port-published"}, project({"ports": ["10.0.0.5:5432:5432"]})),
    ("Host ports", BOTH, {"compose/engine-or-debug-port-published"}, project({"ports": ["9229:9229"]})),
    ("Capabilities", BOTH, {"compose/host-exec-capability"}, project({"cap_add": ["SYS_ADMIN"]})),
    ("Capabilities", BOTH, {"compose/host-exec-capability"}, project({"cap_add": ["all"]})),
    ("Capabilities", BOTH, {"compose/host-reaching-capability"}, project({"cap_add": ["CAP_NET_ADMIN"]})),
    (
        "Capabilities",  # even a VPN's
        BOTH,
        {"compose/host-reaching-capability"},
        project({"cap_add": ["NET_ADMIN"], "image": f"qmcgaw/gluetun:3.39@{DIGEST}"}),
    ),
    ("Capabilities", BOTH, {"compose/capability-outside-baseline"}, project({"cap_add": ["NET_RAW"]})),
    ("Capabilities", BOTH, {"compose/capability-not-allowed"}, project({"cap_add": ["CAP_OF_TOMORROW"]})),
    ("Capabilities", ONLY, {"compose/capability-not-allowed"}, project({"cap_add": ["CHOWN"]})),
    ("Capabilities", ONLY, {"compose/capability-not-allowed"}, project({"cap_add": ["SYS_CHROOT"]})),
    ("Capabilities", ONLY, {"compose/cap-drop-all-missing"}, project({"cap_drop": ["NET_RAW"]})),
    ("Capabilities", ONLY, {"compose/cap-drop-all-missing"}, project({"cap_drop": None})),
    *(
        (
            "Seccomp, AppArmor, SELinux, /proc mount type",
            BOTH,
            {"compose/security-profile-disabled"},
            project({"security_opt": ["no-new-privileges", option]}),
        )
        for option in (
            "seccomp=unconfined",
            "seccomp:unconfined",
            "apparmor=unconfined",
            "label=disable",
            "label:type:spc_t",
            "label=type:unconfined_t",
        )
    ),
    (
        "Seccomp, AppArmor, SELinux, /proc mount type",
        BOTH,
        {"compose/security-profile-disabled"},
        project({"security_opt": ["no-new-privileges", "systempaths=unconfined"]}),
    ),
    ("Sysctls", BOTH, {"compose/unsafe-sysctl"}, project({"sysctls": {"kernel.msgmax": "65536"}})),
    (
        "Sysctls",
        BOTH,
        {"compose/unsafe-sysctl"},
        project({"sysctls": ["net.ipv4.conf.all.route_localnet=1"]}),
    ),
    (
        "Devices, groups, relabelling",
        BOTH,
        {"compose/raw-storage-or-memory-device"},
        project({"devices": ["/dev/sda"]}),
    ),
    ("Devices, groups, relabelling", BOTH, {"compose/sensitive-host-device"}, project({"devices": ["/dev/kvm"]})),
    ("Devices, groups, relabelling", BOTH, {"compose/sensitive-host-device"}, project({"devices": ["/dev/fuse"]})),
    ("Devices, groups, relabelling", BOTH, {"compose/sensitive-host-device"}, project({"devices": ["/dev/net/tun"]})),
    (
        "Devices, groups, relabelling",
        BOTH,
        {"compose/privileged-supplementary-group"},
        project({"group_add": ["docker"]}),
    ),
    (
        "Devices, groups, relabelling",
        BOTH,
        {"compose/selinux-relabel-system-dir"},
        mounts("/usr:/host:ro,z"),
    ),
    ("Engine API", BOTH, {"compose/engine-api-socket-flag"}, project({"use_api_socket": True})),
    ("Engine API", BOTH, {"compose/engine-api-over-tcp"}, variables(DOCKER_HOST="tcp://10.0.0.5:2375")),
    ("Secrets", BOTH, {"compose/token-shaped-value"}, variables(KEY="AKIA" + "QWERTYUIOPASDFGH")),
    ("Secrets", BOTH, {"compose/weak-or-default-credential"}, variables(DB_PASSWORD="admin123")),
    (
        "Secrets",
        BOTH,
        {"compose/insecure-auth-disabled", "compose/datastore-or-admin-port-published"},
        project({**POSTGRES, "environment": {"POSTGRES_HOST_AUTH_METHOD": "trust"}, "ports": ["5432:5432"]}),
    ),
    ("Validity", BOTH, {"compose/compose-invalid"}, project({"privilged": False})),
    ("Validity", BOTH, {"compose/undefined-reference"}, project({"networks": ["nowhere"]})),
    ("Validity", BOTH, {"compose/container-name-invalid"}, project({"container_name": "a"})),
    ("Privilege escalation", ONLY, {"compose/no-new-privileges-missing"}, project({"security_opt": None})),
    (
        "Privilege escalation",
        ONLY,
        {"compose/no-new-privileges-missing"},
        project({"security_opt": ["no-new-privileges:true", "no-new-privileges:false"]}),
    ),
    ("Running as non-root", ONLY, {ROOT}, project({"user": "0:1000"})),
    ("Running as non-root", ONLY, {ROOT}, project({"user": "root"})),
    (
        "Running as non-root",
        ONLY,
        {"stack/effective-user-root"},
        project({"user": None, "image": f"debian:12.8@{DIGEST}"}),
    ),
    ("Running as non-root", ONLY, {"stack/user-unproven"}, project({"user": None})),
    ("Running as non-root", ONLY, {"stack/user-unproven"}, project({"user": "app"})),
    ("Running as non-root", ONLY, {"stack/user-unproven"}, project({"user": "${UNSET_USER}"})),
    (
        "Running as non-root",
        ONLY,
        {"compose/privileged-lifecycle-hook"},
        project({"post_start": [{"command": "/x", "user": "root"}]}),
    ),
    ("Root filesystem", ONLY, {"compose/rootfs-writable"}, project({"read_only": False})),
    ("Root filesystem", ONLY, {"compose/rootfs-writable"}, project({"read_only": None})),
    (
        "Root filesystem",
        ONLY,
        {"stack/readonly-root-missing-writable-path"},
        project({**POSTGRES, "tmpfs": None}),
    ),
    ("tmpfs", ONLY, {"compose/tmpfs-insecure-options"}, project({"tmpfs": ["/tmp:size=16m,exec"]})),
    (
        "tmpfs",
        ONLY,
        {"compose/tmpfs-unbounded", "compose/memory-limit-missing"},
        project({"tmpfs": ["/tmp"], "mem_limit": None}),
    ),
    ("Resources", ONLY, {"compose/memory-limit-missing"}, project({"mem_limit": None})),
    ("Resources", ONLY, {"compose/cpu-limit-missing"}, project({"cpus": None})),
    ("Resources", ONLY, {"compose/pids-limit-missing"}, project({"pids_limit": None})),
    ("Resources", ONLY, {"compose/limit-ineffective"}, project({"pids_limit": 0})),
    ("Resources", ONLY, {"compose/limit-ineffective"}, project({"memswap_limit": -1})),
    ("Resources", ONLY, {"compose/limit-ineffective"}, project({"oom_kill_disable": True})),
    (
        "Volume types",
        ONLY,
        {"compose/sensitive-host-path-exposed"},
        mounts("/sys:/sys:ro"),
    ),
    ("Volume types", ONLY, {"compose/volume-type-not-allowed"}, mounts("./data:/data")),
    ("Volume types", ONLY, {"compose/volume-type-not-allowed"}, mounts("/srv/media:/media:ro")),
    (
        "Volume types",
        ONLY,
        {"compose/volume-type-not-allowed"},
        mounts("pool:/pool", pool={"driver_opts": {"type": "none", "o": "bind", "device": "/srv/pool"}}),
    ),
    ("Volume types", ONLY, {"compose/mount-propagation-shared"}, mounts("./conf:/etc/app:ro,rshared")),
    ("Volume types", ONLY, {"compose/mount-propagation-slave"}, mounts("./conf:/etc/app:ro,rslave")),
    ("Exposure", ONLY, {"compose/port-published-all-interfaces"}, project({"ports": ["8080:8080"]})),
    ("Exposure", ONLY, {"compose/port-published-all-interfaces"}, project({"ports": [8080]})),
    ("Exposure", ONLY, {"compose/port-beyond-loopback"}, project({"ports": ["192.168.1.5:8080:8080"]})),
    (
        "Exposure",  # an edge's other port
        ONLY,
        {"compose/port-published-all-interfaces"},
        project({"ports": ["8443:443"], "image": f"nginxinc/nginx-unprivileged:1.27@{DIGEST}"}),
    ),
    ("Secrets", ONLY, {"compose/secret-literal-in-environment"}, variables(DB_PASSWORD="kX9vQ2mN8pL4wR7t")),
    (
        "Secrets",
        ONLY,
        {"compose/credential-in-connection-string"},
        variables(DATABASE_URL="postgres://app:kX9vQ2mN8pL4wR7t@db/app"),
    ),
    (
        "Secrets",
        ONLY,
        {"compose/secret-in-command-line"},
        project({"command": ["app", "--password=kX9vQ2mN8pL4wR7t"]}),
    ),
    (
        "Secrets",
        ONLY,
        {"compose/secret-in-build-args"},
        project({"image": "app:1", "build": {"context": ".", "args": {"NPM_TOKEN": "kX9vQ2mN8pL4wR7tYb5z"}}}),
    ),
    ("Secrets", ONLY, {"compose/placeholder-secret"}, variables(DB_PASSWORD="<your-password>")),
    ("Supply chain", ONLY, {"compose/image-not-digest-pinned"}, project({"image": "registry.example.org/app:1.2.3"})),
    (
        "Supply chain",
        ONLY,
        {"compose/image-not-digest-pinned", "compose/image-tag-missing-or-mutable"},
        project({"image": "registry.example.org/app:latest"}),
    ),
    ("Supply chain", ONLY, {"compose/pinned-image-without-version"}, project({"image": f"example.org/app@{DIGEST}"})),
    (
        "Supply chain",
        ONLY,
        {"compose/pinned-image-without-version"},
        project({"image": f"example.org/app:latest@{DIGEST}"}),
    ),
    (
        "Supply chain",
        ONLY,
        {"compose/unpinned-remote-source"},
        project({"image": "app:1", "build": {"context": "https://github.com/example/app.git#main"}}),
    ),
    ("Observability", ONLY, {"compose/logging-disabled"}, project({"logging": {"driver": "none"}})),
    ("Observability", ONLY, {"compose/log-rotation-missing"}, project({"logging": None})),
    ("Observability", ONLY, {"stack/healthcheck-missing"}, project({"healthcheck": None})),
    ("Observability", ONLY, {"compose/healthcheck-disabled"}, project({"healthcheck": {"disable": True}})),
    (
        "Configuration files",
        ONLY,
        {"compose/writable-bind-could-be-read-only"},
        mounts("./app.conf:/etc/app.conf"),
    ),
]

GOOD: list[tuple[str, dict[str, Any]]] = [
    ("Privileged", project({"privileged": False})),
    ("Privileged", project({"post_start": [{"command": "/x", "user": "1001", "privileged": False}]})),
    ("Host namespaces", project({"network_mode": "none", "ports": None, "ipc": "private"})),
    ("Host namespaces", two(network_mode="service:app", pid="service:app", ipc="service:app", ports=None)),
    ("Host namespaces", project({"ipc": "shareable"})),
    ("Host namespaces", project({"cgroup": "private", "networks": ["one"]}, networks={"one": {}})),
    ("Host paths", mounts("./conf:/etc/app:ro")),
    ("Host ports", project({"ports": ["127.0.0.1:5432:5432", "[::1]:9229:9229"]})),
    ("Capabilities", project({"cap_add": ["NET_BIND_SERVICE"], "cap_drop": ["all"]})),
    ("Capabilities", project({"cap_add": ["cap_net_bind_service"]})),
    *(
        ("Seccomp, AppArmor, SELinux, /proc mount type", project({"security_opt": ["no-new-privileges", option]}))
        for option in ("seccomp=./p.json", "apparmor=docker-app", "label=type:container_t", "label:level:s0:c1")
    ),
    (
        "Sysctls",
        project({"sysctls": {"net.ipv4.ip_unprivileged_port_start": 0, "net.ipv4.tcp_keepalive_probes": 3}}),
    ),
    (
        "Devices, groups, relabelling",
        project({"devices": ["/dev/dri", "/dev/snd", "vendor.com/gpu=all"], "group_add": ["video"]}),
    ),
    (
        "Devices, groups, relabelling",
        project({"devices": ["/dev/net/tun"], "image": f"qmcgaw/gluetun:3.39@{DIGEST}"}),
    ),
    ("Devices, groups, relabelling", mounts("./conf:/etc/app:ro,z")),
    ("Engine API", variables(DOCKER_HOST="tcp://docker-socket-proxy:2375")),
    ("Secrets", variables(DB_PASSWORD="${DB_PASSWORD}", TOKEN_FILE="/run/secrets/token")),
    ("Privilege escalation", project({"security_opt": ["no-new-privileges=false", "no-new-privileges"]})),
    ("Running as non-root", project({"user": "65534"})),
    ("Running as non-root", project({"user": None, "image": f"prom/prometheus:v3.1.0@{DIGEST}"})),
    (
        "Running as non-root",  # a known image whose entrypoint changes the user
        project(POSTGRES),
    ),
    ("Root filesystem", project({"read_only": "true"})),
    ("tmpfs", project({"tmpfs": ["/tmp"]})),
    ("tmpfs", project({"tmpfs": "/tmp:size=1m,noexec,nosuid,nodev"})),
    (
        "Resources",
        project(
            {
                "mem_limit": None,
                "cpus": None,
                "pids_limit": None,
                "deploy": {"resources": {"limits": {"memory": "1g", "cpus": "1", "pids": 10}}},
            }
        ),
    ),
    ("Resources", project({"cpus": None, "cpu_quota": 50000})),
    ("Volume types", mounts("/anonymous", {"type": "tmpfs", "target": "/t", "tmpfs": {"size": 1000000}})),
    (
        "Volume types",
        project({"configs": ["c"], "secrets": ["s"]}, configs={"c": {"file": "./c"}}, secrets={"s": {"file": "./s"}}),
    ),
    ("Exposure", project({"ports": ["443:8443"], "image": f"nginxinc/nginx-unprivileged:1.27@{DIGEST}"})),
    ("Supply chain", project({"image": f"debian:bookworm-slim@{DIGEST}"})),
    ("Supply chain", project({"image": "app:1", "build": {"context": f"https://github.com/e/a.git#{'0' * 40}"}})),
    ("Observability", project({"logging": {"driver": "json-file", "options": {"max-size": "10m"}}})),
    ("Observability", project({"healthcheck": None, "restart": "no"})),
]


def shown(case: Any) -> str:
    return case if isinstance(case, str) else ""


def test_the_sound_project_meets_both(tmp_path: Path) -> None:
    for policy in ("baseline", "restricted"):
        assert not judged(tmp_path, policy, {"compose.yaml": project()}).active


@pytest.mark.parametrize(("control", "who", "rules", "files"), BAD, ids=shown)
def test_what_fails(control: str, who: str, rules: set[str], files: dict[str, Any], tmp_path: Path) -> None:
    restricted = judged(tmp_path, "restricted", {"compose.yaml": files})
    assert failing(restricted) == rules
    assert any(control in restricted.controls[id] for id in rules)
    baseline = judged(tmp_path, "baseline", {"compose.yaml": files})
    assert failing(baseline) == (rules if who == BOTH else set())
    assert restricted.exit_code == 1
    assert baseline.exit_code == (1 if who == BOTH else 0)


@pytest.mark.parametrize(("control", "files"), GOOD, ids=shown)
def test_what_is_allowed(control: str, files: dict[str, Any], tmp_path: Path) -> None:
    for policy in ("baseline", "restricted"):
        run = judged(tmp_path, policy, {"compose.yaml": files})
        assert failing(run) == set()
        assert run.exit_code == 0


WARNED = [
    ("baseline", "compose/sensitive-host-path-exposed", mounts("/sys:/sys:ro")),
    ("baseline", "compose/port-published-all-interfaces", project({"ports": ["8080:8080"]})),
    (
        "restricted",
        "compose/edge-port-published",
        project({"ports": ["443:8443"], "image": f"nginxinc/nginx-unprivileged:1.27@{DIGEST}"}),
    ),
    (
        "restricted",  # nginx needs it to become its user
        "compose/capability-not-allowed",
        project({**NGINX, "cap_add": ["SETUID"]}),
    ),
    ("baseline", "compose/insecure-auth-disabled", variables(POSTGRES_HOST_AUTH_METHOD="trust")),
]


@pytest.mark.parametrize(("policy", "rule", "files"), WARNED)
def test_what_only_warns(policy: str, rule: str, files: dict[str, Any], tmp_path: Path) -> None:
    run = judged(tmp_path, policy, {"compose.yaml": files})
    assert (failing(run), told(run), run.exit_code) == (set(), {rule}, 0)


def test_an_overlay_that_pretends_to_take_a_danger_back(tmp_path: Path) -> None:
    """Docker Compose ignores `null` there."""
    files = {
        "compose.yaml": project({"privileged": True}),
        "compose.override.yaml": {"services": {"app": {"privileged": None}}},
    }
    run = judged(tmp_path, "baseline", files)
    assert failing(run) == {"compose/privileged-container", "compose/null-override-is-noop"}


def test_a_datastore_beside_what_is_published(tmp_path: Path) -> None:
    files = two(**POSTGRES, ports=None)
    edge = {"ports": ["443:8443"], "image": f"nginxinc/nginx-unprivileged:1.27@{DIGEST}"}
    files["services"]["edge"] = project(edge)["services"]["app"]
    files["services"]["app"]["depends_on"] = ["other"]
    assert failing(judged(tmp_path, "restricted", {"compose.yaml": files})) == {"compose/flat-network"}
    assert failing(judged(tmp_path, "baseline", {"compose.yaml": files})) == set()


def test_every_control_is_in_the_table(tmp_path: Path) -> None:
    from dockguard.config import Context
    from dockguard.policy.find import find
    from dockguard.rulebook import rulebook
    from dockguard.workspace import Workspace

    policy = find(Workspace(None), "restricted", "", Context(rulebook().catalogue(), "0")).policy
    assert policy is not None
    failed = {rule for _, _, rules, _ in BAD for rule in rules} | {
        "compose/null-override-is-noop",
        "compose/flat-network",
        "compose/merge-refused",
        "stack/user-downgrades-image-user",
        "compose/duplicate-container-name",
    }
    for control in policy.controls:
        missing = set(control.rules) - failed
        assert not missing, (control.name, missing)
        bad = [case for case in BAD if case[0] == control.name]
        assert bad or control.name == "Segmentation", f"{control.name} has no project that fails it"


def test_a_user_that_is_worse_than_the_images(tmp_path: Path) -> None:
    files = {
        "compose.yaml": project({"image": "app:1", "build": ".", "user": "root"}),
        "Dockerfile": "FROM debian:12\nUSER app\n",
    }
    assert failing(judged(tmp_path, "restricted", files)) == {"stack/user-downgrades-image-user"}
    assert failing(judged(tmp_path, "baseline", files)) == set()


def test_two_names_are_one_and_merging_is_refused(tmp_path: Path) -> None:
    named = two(container_name="same")
    named["services"]["app"]["container_name"] = "same"
    assert failing(judged(tmp_path, "baseline", {"compose.yaml": named})) == {"compose/duplicate-container-name"}
    override = {"services": {"app": {"logging": ["x"]}}}
    run = judged(tmp_path, "baseline", {"compose.yaml": project(), "compose.override.yaml": override})
    assert "compose/merge-refused" in failing(run)


def test_the_image_is_the_one_that_is_written(tmp_path: Path) -> None:
    """The sound project is sound because of its values, not because the tool cannot read it."""
    run = judged(tmp_path, "restricted", {"compose.yaml": project({"image": IMAGE.replace("@", "-x@")})})
    assert run.exit_code == 0
    assert run.files == (("compose.yaml", "compose"),)
