"""Monitoring without authentication that others reach, and the requests that change it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Confidence, Finding, Severity

if TYPE_CHECKING:
    from dockguard.api import Service

# Settings of Grafana that choose the first password, or leave nobody to log in with it.
GRAFANA = (
    "GF_SECURITY_ADMIN_PASSWORD",
    "GF_SECURITY_ADMIN_PASSWORD__FILE",
    "GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION",
    "GF_AUTH_DISABLE_LOGIN_FORM",
    "GF_PATHS_CONFIG",
    "GF_DATABASE_URL",
    "GF_DATABASE_TYPE",
)


def check(service: Service) -> Iterator[Finding]:
    """Every open port, and every API that is switched on; nothing where a file brings logins."""
    text = " ".join((*(service.entrypoint.known or ()), *(service.command.known or ())))
    if "--web.config.file" in text or "--web.config=" in text:
        return
    yield from _ports(service)
    yield from _on_host(service, text)
    yield from _switches(service)
    yield from _grafana(service)


def _ports(service: Service) -> Iterator[Finding]:
    for port in service.ports:
        if port.role == "monitoring" and port.public.known and port.leads:
            what = f"{port.listens} in service `{service.name}` has no authentication"
            yield Finding(port.span, f"{what}, and its port {port.target.known} is open to other machines")


def _on_host(service: Service, text: str) -> Iterator[Finding]:
    """A program on the host's network, where its own setting does not bind it to the machine."""
    place = service.uses_host_network
    local = "127.0.0.1:" in text or "localhost:" in text or not service.command.sure
    if place.value is True and service.is_open_monitoring and not local:
        message = f"`{service.name}` has no authentication, and listens on every address of the machine"
        yield Finding(place.span, message, severity=Severity.MEDIUM, why="the host's firewall counts for it")


def _switches(service: Service) -> Iterator[Finding]:
    for switch in service.switches:
        if switch.kind == "monitoring":
            message = f"`{switch.name}` lets whoever reaches `{service.name}` change or stop {switch.product}"
            if switch.is_reachable:
                yield Finding(switch.span, message)
            else:
                why = "no port of the service is open to others"
                yield Finding(switch.span, message, severity=Severity.LOW, why=why)


def _grafana(service: Service) -> Iterator[Finding]:
    """The first password that nobody has chosen."""
    image = (service.image.known or "").partition("@")[0].rpartition("/")[2].partition(":")[0]
    if image not in ("grafana", "grafana-oss", "grafana-enterprise") or service.is_built:
        return
    names = {entry.name for entry in service.environment}
    configured = any((mount.target.known or "").startswith("/etc/grafana/grafana.ini") for mount in service.volumes)
    port = next((one for one in service.ports if one.public.known and one.target.known == 3000), None)
    if port is not None and not service.environment.open and not configured and names.isdisjoint(GRAFANA):
        message = f"`{service.name}` starts with the login admin/admin, and its port is open to other machines"
        why = "somebody may have changed it in its database"
        yield Finding(port.span, message, severity=Severity.MEDIUM, confidence=Confidence.MEDIUM, why=why)
