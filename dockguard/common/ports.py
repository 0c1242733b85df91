"""Port numbers: which service is known to listen there, and what it means that others reach it."""

from __future__ import annotations

from enum import Enum
from functools import cache

from dockguard.record import dataclass

MAX_PORT = 65535


class Purpose(Enum):
    """What a service behind a port is for."""

    ADMIN = "admin"  # a console or remote login: who gets in controls the service or machine
    DATASTORE = "datastore"  # databases, caches, queues, search
    DEBUG = "debug"  # a debugger: who connects runs code
    CONTAINER_API = "container-api"  # an engine or orchestrator: who connects owns the host
    MONITORING = "monitoring"  # metrics, traces, logs; most have no authentication
    FILES = "files"  # file sharing
    WEB = "web"


@dataclass(frozen=True, slots=True)
class Service:
    """What is known to listen on a port.

    `certain` is False where the number is also an everyday application port (3000, 8080, 4000), so that the number
    alone proves nothing. `cleartext` means that the usual service there sends credentials in the clear.
    """

    port: int
    name: str
    purpose: Purpose
    certain: bool = True
    cleartext: bool = False
    protocol: str = "tcp"


def service_of(port: int, protocol: str = "tcp") -> Service | None:
    """The service known for a port number and protocol; None where none is."""
    return _services().get((port, protocol.lower() or "tcp"))


def purpose_of(port: int, protocol: str = "tcp") -> Purpose | None:
    """What a port is surely for; None for an unknown port and for everyday application ports."""
    service = service_of(port, protocol)
    return service.purpose if service and service.certain else None


def services_in(first: int, last: int, protocol: str = "tcp") -> tuple[Service, ...]:
    """The services known in a range of ports, both ends included, by number."""
    wanted = protocol.lower() or "tcp"
    found = (service for service in _services().values() if first <= service.port <= last)
    return tuple(sorted((one for one in found if one.protocol == wanted), key=lambda one: one.port))


def parse_range(text: str) -> tuple[int, int, str] | None:
    """`80`, `8000-8010`, `53/udp` as (first, last, protocol); None for anything else, and for numbers out of range."""
    numbers, slash, protocol = text.strip().partition("/")
    first, dash, last = numbers.partition("-")
    if (slash and not protocol.isalnum()) or not _is_number(first) or (dash and not _is_number(last)):
        return None
    low, high = int(first), int(last if dash else first)
    if not 0 <= low <= high <= MAX_PORT:
        return None
    return low, high, protocol.lower() or "tcp"


def is_privileged(port: int) -> bool:
    """Whether a process needs CAP_NET_BIND_SERVICE where `net.ipv4.ip_unprivileged_port_start` is 1024."""
    return 0 < port < 1024


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 5


@cache
def _services() -> dict[tuple[int, str], Service]:
    from dockguard.common.tables import load

    rows = load("ports")["services"]
    services = (
        Service(
            row["port"],
            row["name"],
            Purpose(row["purpose"]),
            row.get("certain", True),
            row.get("cleartext", False),
            row.get("protocol", "tcp"),
        )
        for row in rows
    )
    return {(service.port, service.protocol): service for service in services}
