"""By which names a service finds others, is found by others, and what stands in front of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dockguard.formats.compose.model import Network, Service
from dockguard.formats.compose.parts import Attachment
from dockguard.lazy import regex
from dockguard.source import Fact, Many, absent

# Labels by which a proxy that reads the engine finds its services.
_ROUTED = regex(r"traefik\.(?:http|tcp)\.(?:routers|services)\..{1,200}|traefik\.frontend\..{1,100}|caddy(?:_\d{1,3})?")
_HOSTS = ("VIRTUAL_HOST", "LETSENCRYPT_HOST")  # variables of nginx-proxy and its companion


Networks = Mapping[str, Network]


def known_as(service: Service, networks: Networks) -> Mapping[str, tuple[str, ...]]:
    """Each network of a service, by its name in the engine, with the names that others find it by there.

    The engine's name server answers for the service's name, its aliases, the container's name and its host name
    (moby `daemon/container_operations.go`, buildEndpointDNSNames).
    """
    everywhere = [service.name, service.container_name.known, service.hostname.known]
    return {_real(use, networks): tuple(filter(None, [*everywhere, *_aliases(use)])) for use in service.networks}


def _aliases(use: Attachment) -> Iterator[str | None]:
    return (alias.known for alias in use.aliases)


def _real(use: Attachment, networks: Networks) -> str:
    network = networks.get(use.name)
    return (network.real_name.known if network is not None else None) or use.name


def own_hosts(service: Service) -> tuple[str, ...]:
    """Names that only this service knows: lines of its /etc/hosts, aliases of its links."""
    lines = (line.known or "" for line in service.extra_hosts)
    links = (link.known or "" for link in (*service.links, *service.external_links))
    return (*(line.partition("=")[0] for line in lines), *(link.rpartition(":")[2] for link in links))


def strangers(service: Service, networks: Networks) -> str:
    """Why something that the project does not declare may answer to a name; "" where nothing can."""
    for many in (service.networks, service.extra_hosts, service.links, service.external_links, service.dns):
        if many.open:
            return many.open
    if any(True for _ in service.dns) or service.value.get("dns_search") is not None:
        return "the service has name servers of its own"
    for use in service.networks:
        network = networks.get(use.name)
        if network is None or _is_shared(network):
            return f"others may be on the network `{use.name}`"
        if use.aliases.open or not network.real_name.sure:
            return use.aliases.open or "the network's name is not known"
    return ""


def joinable(service: Service, networks: Networks) -> str:
    """Why other projects may well be on its networks: one has a fixed name to join it by; "" where none has."""
    for use in service.networks:
        network = networks.get(use.name)
        name = network.value.get("name") if network is not None else None
        if name is not None and name.key is not None:
            return f"other projects may join the network `{name.text}`"
    return ""


def _is_shared(network: Network) -> bool:
    return network.external.value is not None and network.external.value is not False


def variables(service: Service) -> Mapping[str, Fact[str]]:
    """Its environment, as far as it is written."""
    return {entry.name: entry.text for entry in service.environment}


def exposed(service: Service) -> Many[Fact[int]]:
    """The ports that `expose` names, ranges left out."""
    found = (port.map(_number) for port in service.expose)
    return Many(tuple(port for port in found if port.known is not None), service.expose.span, service.expose.open)


def _number(text: str) -> int | None:
    number = text.partition("/")[0]
    return int(number) if number.isascii() and number.isdigit() and len(number) < 6 else None


def fronted(service: Service) -> Fact[str]:
    """The label or variable by which a proxy in front finds the service; absent where none is written."""
    names = {label.name: label for label in service.labels}
    enabled = names.get("traefik.enable")
    off = enabled is not None and enabled.text.known == "false"
    for name, label in names.items():
        if _ROUTED.fullmatch(name) and not (off and name.startswith("traefik")):
            return Fact(name, label.span, label.value.via)
    if enabled is not None and enabled.text.known == "true":
        return Fact("traefik.enable", enabled.span, enabled.value.via)
    for entry in service.environment:
        if entry.name in _HOSTS:
            return Fact(entry.name, entry.span, entry.value.via)
    return absent(service.span)
