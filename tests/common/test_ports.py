import pytest

from dockguard.common import hosts, ports
from dockguard.common.hosts import Reach
from dockguard.common.ports import Purpose
from dockguard.source import Unknown


@pytest.mark.parametrize(
    ("port", "purpose", "name"),
    [
        (22, Purpose.ADMIN, "SSH"),
        (3389, Purpose.ADMIN, "RDP"),
        (5432, Purpose.DATASTORE, "PostgreSQL"),
        (27017, Purpose.DATASTORE, "MongoDB"),
        (9229, Purpose.DEBUG, "Node.js inspector"),
        (5005, Purpose.DEBUG, "Java debugger (JDWP)"),
        (2375, Purpose.CONTAINER_API, "Docker API without TLS"),
        (10250, Purpose.CONTAINER_API, "kubelet API"),
        (6443, Purpose.CONTAINER_API, "Kubernetes API"),
        (9100, Purpose.MONITORING, "node-exporter"),
    ],
)
def test_known_ports(port, purpose, name):
    assert ports.purpose_of(port) is purpose
    assert ports.service_of(port).name == name


def test_everyday_ports_prove_nothing():
    for port in (3000, 4000, 5000, 8000, 8080, 9000, 9090):
        assert ports.purpose_of(port) in (None, Purpose.WEB)


def test_protocol_matters():
    assert ports.service_of(161, "udp").name == "SNMP"
    assert ports.service_of(22, "udp") is None
    assert ports.service_of(5432, "TCP").name == "PostgreSQL"


def test_cleartext_logins():
    assert ports.service_of(23).cleartext
    assert not ports.service_of(22).cleartext


def test_range():
    assert [service.port for service in ports.services_in(20, 30)] == [21, 22, 23]
    assert ports.services_in(30000, 30100) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("80", (80, 80, "tcp")),
        ("8000-8010", (8000, 8010, "tcp")),
        ("53/UDP", (53, 53, "udp")),
        ("65535", (65535, 65535, "tcp")),
        ("65536", None),
        ("10-5", None),
        ("", None),
        ("-", None),
        ("80-", None),
        ("80/", None),
        ("${PORT}", None),
        ("٨٠", None),
        ("9" * 5000, None),
    ],
)
def test_parse_range(text, expected):
    assert ports.parse_range(text) == expected


def test_privileged():
    assert ports.is_privileged(80)
    assert not ports.is_privileged(1024)
    assert not ports.is_privileged(0)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("", Reach.WILDCARD),
        ("*", Reach.WILDCARD),
        ("0.0.0.0", Reach.WILDCARD),
        ("::", Reach.WILDCARD),
        ("[::]", Reach.WILDCARD),
        ("0:0:0:0:0:0:0:0", Reach.WILDCARD),
        ("::ffff:0.0.0.0", Reach.WILDCARD),
        ("127.0.0.1", Reach.LOOPBACK),
        ("127.8.9.1", Reach.LOOPBACK),
        ("127.1", Reach.LOOPBACK),
        ("0x7f000001", Reach.LOOPBACK),
        ("2130706433", Reach.LOOPBACK),
        ("::1", Reach.LOOPBACK),
        ("[::1]", Reach.LOOPBACK),
        ("::ffff:127.0.0.1", Reach.LOOPBACK),
        ("localhost", Reach.LOOPBACK),
        ("api.localhost", Reach.LOOPBACK),
        ("10.255.0.1", Reach.PRIVATE),
        ("172.16.0.1", Reach.PRIVATE),
        ("172.31.255.255", Reach.PRIVATE),
        ("172.32.0.0", Reach.PUBLIC),
        ("192.168.1.1", Reach.PRIVATE),
        ("100.64.0.1", Reach.PRIVATE),
        ("fd12:3456::1", Reach.PRIVATE),
        ("fc00::", Reach.PRIVATE),
        ("169.254.169.254", Reach.LINK_LOCAL),
        ("fe80::1%eth0", Reach.LINK_LOCAL),
        ("8.8.8.8", Reach.PUBLIC),
        ("2606:4700::1111", Reach.PUBLIC),
        ("224.0.0.1", Reach.SPECIAL),
        ("255.255.255.255", Reach.SPECIAL),
        ("192.0.2.7", Reach.SPECIAL),
        ("2001:db8::1", Reach.SPECIAL),
        ("ff02::1", Reach.SPECIAL),
        ("db", Reach.NAME),
        ("db.example.org.", Reach.NAME),
        ("127.0.0.1.example.org", Reach.NAME),
        ("127", Reach.SPECIAL),  # inet_aton: 0.0.0.127
        ("notlocalhost", Reach.NAME),
    ],
)
def test_reach(host, expected):
    assert hosts.reach(host) is expected


@pytest.mark.parametrize("host", ["${BIND}", "$BIND", "{{ ip }}", "a b", "::g", ":::", "1::2::3", "a" * 300, "[", "]"])
def test_unknown(host):
    assert isinstance(hosts.reach(host), Unknown)
    assert isinstance(hosts.is_loopback(host), Unknown)


def test_metadata_service():
    assert hosts.is_metadata("169.254.169.254")
    assert hosts.is_metadata("0xa9fea9fe")
    assert hosts.is_metadata("metadata.google.internal.")
    assert not hosts.is_metadata("169.254.1.1")


def test_docker_host():
    assert hosts.is_docker_host("host.docker.internal")
    assert not hosts.is_docker_host("docker.internal")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("example.org:80", ("example.org", "80")),
        ("[::1]:80", ("[::1]", "80")),
        ("[::1]", ("[::1]", "")),
        ("::1", ("::1", "")),
        (":80", ("", "80")),
        ("80", ("", "80")),
        ("db", ("db", "")),
        ("${HOST}:${PORT}", ("${HOST}", "${PORT}")),
    ],
)
def test_split_port(text, expected):
    assert hosts.split_port(text) == expected


def test_hostile_hosts():
    for text in ("1." * 50_000, ":" * 50_000, "a-" * 50_000, "0x" * 50_000, "9" * 50_000):
        hosts.reach(text)
