import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dockguard.common import paths
from dockguard.common.paths import Danger, judge, normalize


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/etc/", "/etc"),
        ("//var//run/./docker.sock", "/var/run/docker.sock"),
        ("/etc/../../etc", "/etc"),
        ("/..", "/"),
        ("./a/../b", "b"),
        ("../../x", "../../x"),
        (".", "."),
        ("", "."),
        ("~", "~/"),
        ("~/.ssh/", "~/.ssh"),
        ("$HOME/.aws", "~/.aws"),
        ("${HOME:-/root}/.aws", "~/.aws"),
        ("${XDG_RUNTIME_DIR}/docker.sock", "/run/user/*/docker.sock"),
        ("${XDG_RUNTIME_DIR:-/run/user/1000}/x", "/run/user/*/x"),
        ("$XDG_RUNTIME_DIRECTORY/x", "$XDG_RUNTIME_DIRECTORY/x"),
        ("${A:-/b/c}/d/..", "${A:-/b/c}"),
        ("c:\\Windows\\..\\Users", "C:/Users"),
        ("\\\\.\\pipe\\docker_engine", "//./pipe/docker_engine"),
        ("a\\b", "a\\b"),
    ],
)
def test_normalize(path, expected):
    assert normalize(path) == expected


@pytest.mark.parametrize(
    ("path", "runtime"),
    [
        ("/var/run/docker.sock", "Docker"),
        ("/run/docker.sock", "Docker"),
        ("/run/user/1000/docker.sock", "Docker"),
        ("${XDG_RUNTIME_DIR}/docker.sock", "Docker"),
        ("~/.docker/run/docker.sock", "Docker"),
        ("${SOCKETS}/docker.sock", "Docker"),
        ("../../../var/run/docker.sock", "Docker"),
        ("/run/podman/podman.sock", "Podman"),
        ("/run/k3s/containerd/containerd.sock", "containerd"),
        ("/var/run/crio/crio.sock", "CRI-O"),
        ("//./pipe/docker_engine", "Docker"),
        ("\\\\.\\pipe\\Docker_Engine", "Docker"),
        ("/srv/docker.sock", None),
        ("./docker.sock", None),
        ("docker.sock", None),
        ("/var/run/docker.sock.d", None),
        ("/var/run/docker.pid", None),
    ],
)
def test_sockets(path, runtime):
    assert paths.runtime_socket(path) == runtime


@pytest.mark.parametrize("path", ["/run", "/var/run", "/run/", "/run/user/1000", "/run/containerd", "~/.docker/run"])
@pytest.mark.parametrize("read_only", [True, False])
def test_folders_that_hold_sockets(path, read_only):
    found = judge(path, read_only)
    assert found.danger is Danger.SOCKET
    assert found.holds


def test_holds_socket_however_far_below():
    assert paths.holds_runtime_socket("/") == "Docker"
    assert paths.holds_runtime_socket("/var") == "Docker"
    assert paths.holds_runtime_socket("/run/docker.sock") == "Docker"
    assert paths.holds_runtime_socket("/etc") is None
    assert judge("/var").danger is Danger.ROOT


@pytest.mark.parametrize(
    ("path", "written", "read"),
    [
        ("/", "root", "secrets"),
        ("/etc", "root", "host"),
        ("/etc/../etc/shadow", "root", "secrets"),
        ("/etc/cron.d/job", "root", "host"),
        ("/etc/ssh/ssh_host_rsa_key", "root", "secrets"),
        ("/root", "root", "secrets"),
        ("/root/.ssh", "root", "secrets"),
        ("/usr/bin", "root", None),
        ("/lib/modules", "root", None),
        ("/proc", "root", "host"),
        ("/proc/sys/kernel", "root", "host"),
        ("/var/lib/docker/volumes", "root", "secrets"),
        ("/var/lib/kubelet", "root", "secrets"),
        ("/home", "host", "host"),
        ("/home/ada", "host", "host"),
        ("/home/ada/.ssh/id_ed25519", "secrets", "secrets"),
        ("~/.kube/config", "secrets", "secrets"),
        ("~", "host", "host"),
        ("/var/log", "host", "host"),
        ("/dev", "root", "root"),
        ("C:\\", "root", "secrets"),
        ("c:/windows/System32", "root", "host"),
    ],
)
def test_dangers(path, written, read):
    assert judge(path).danger.value == written
    found = judge(path, read_only=True)
    assert (found.danger.value if found else None) == read


@pytest.mark.parametrize(
    "path",
    [
        "/etcetera",
        "/etc/pihole",
        "/etc/dnsmasq.d",
        "/homes",
        "/home/ada/project",
        "/varnish",
        "/var/www",
        "/var/lib/postgresql",
        "/opt/app",
        "/srv/data",
        "/rooted",
        "/usr2",
        "/bin2/x",
        "/devices",
        "/runner",
        "./etc",
        "etc",
        "data",
        "${DATA}/etc",
        "/dev/null",
        "/usr/share/zoneinfo",
        "/procfs",
    ],
)
def test_no_concern(path):
    assert judge(path) is None


@pytest.mark.parametrize("path", ["/etc/localtime", "/etc/timezone", "/etc/ssl/certs/ca.pem", "/dev/urandom"])
def test_commonly_mounted(path):
    assert paths.is_harmless(path)
    assert judge(path, read_only=True) is None


def test_is_inside():
    assert paths.is_inside("/etc/nginx/", "/etc")
    assert paths.is_inside("/etc", "/etc/")
    assert paths.is_inside("/x", "/")
    assert not paths.is_inside("/etcetera", "/etc")
    assert not paths.is_inside("/etc/..", "/etc")


@pytest.mark.parametrize(
    ("path", "gives"),
    [
        ("/dev/sda", "a raw disk"),
        ("/dev/sda1", "a raw disk"),
        ("/dev/nvme0n1p2", "a raw disk"),
        ("/dev/mapper/root", "a raw disk"),
        ("/dev/mem", "the host's memory"),
        ("/dev/", "every device of the host"),
        ("/dev/kvm", "the hypervisor"),
        ("/dev/net/tun", "network tunnels"),
        ("/dev/null", None),
        ("/dev/dri/card0", None),
        ("/dev/sdcard", None),
    ],
)
def test_devices(path, gives):
    assert paths.device_danger(path) == gives


@example(".\\~")
@given(st.text(alphabet="./~\\${}:-aC_*", max_size=40))
def test_normal_form_is_stable(path):
    assert normalize(normalize(path)) == normalize(path)
    judge(path)


def test_hostile_paths():
    for path in (
        "/" * 50_000,
        "../" * 50_000,
        "${" * 20_000,
        "$HOME" * 10_000,
        "~/" * 20_000,
        "${XDG_RUNTIME_DIR:-" * 9_000,
    ):
        judge(path)
