"""Health checks that ask nginx for a port it does not listen on, or a path it refuses."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from dockguard.api import Fact, Finding, Note, Served, Span, serving

if TYPE_CHECKING:
    from dockguard.api import Location, Service, Site

URL = re.compile(
    r"""(?<![\w/.@-])(?:(https?)://)?(?:localhost|127\.0\.0\.1)(?::(\d{2,5}))?(/[^\s'"|;&<>)?#]{0,300})?(?=["'\s|;&<>)?#]|$)"""
)
LOOPBACK = ipaddress.ip_address("127.0.0.1")


def check(served: Served) -> Iterator[Finding]:
    """One finding for a check, about the first address that it asks."""
    fact = test_of(served)
    text = " ".join(fact.known or ()) if fact is not None else ""
    tool = "curl" if "curl" in text else "wget" if "wget" in text else ""
    match = URL.search(text[:4000]) if tool else None
    if fact is None or match is None or "$" in match[0]:
        return
    port = int(match[2] or (443 if match[1] == "https" else 80))
    found = refused_port(port, served) or refused_path(port, match[3] or "/", text, served)
    if found is not None:
        why, place = found
        message = f"the health check of `{served.container.name}` never succeeds: {why}"
        yield Finding(fact.span, message, (Note(place, "here"),))


def test_of(served: Served) -> Fact[tuple[str, ...]] | None:
    """The check that counts: the service's, else the image's."""
    service = cast("Service", served.container.container.node)
    if service.healthcheck.test.written or service.healthcheck.disable.written:
        off = service.healthcheck.is_disabled.value
        return None if off is not False and off is not None else service.healthcheck.test
    fact = served.container.built.facts.get("healthcheck") if served.container.built is not None else None
    return fact if isinstance(fact, Fact) and fact.written else None


def refused_port(port: int, served: Served) -> tuple[str, Span] | None:
    """Why nobody answers at a port."""
    found = serving(served.container, served.stack)
    sockets = served.proxy.sockets
    if sockets.open or not found.certain or any(one.port == port for one in sockets) or port in found.listening:
        return None
    return f"nothing listens on port {port}, {found.evidence}", found.span


def refused_path(port: int, path: str, text: str, served: Served) -> tuple[str, Span] | None:
    """Why the path is refused, where that is certain."""
    site = cast("Site", served.site)
    location = site.answering(port, "localhost", path)
    if location is None or location.kind not in ("server", "location"):
        return None
    ended = location.ended_by
    if ended.known and (location.action == "reject" or location.rejected):
        return f"`{path}` is answered with `{ended.known}`", ended.span
    return None if ended.known else refused_client(location, path, text)


def refused_client(location: Location, path: str, text: str) -> tuple[str, Span] | None:
    """Why a client of the container itself is refused: by its address, or for want of a password."""
    access = location.access
    if access.any_suffices or access.rules.open:
        return None
    for rule in access.rules:
        if rule.everybody or holds(rule.who.known):
            if rule.verb == "deny":
                return f"`{path}` is denied to 127.0.0.1", rule.span
            break
    asks = access.password.known is not None and access.password_file.known is not None
    if asks and not re.search(r"\s-u\b|--user|--header|\s-H\b|--password", text):
        return f"`{path}` asks for a password", access.password.span
    return None


def holds(text: str | None) -> bool:
    """Whether a rule is about 127.0.0.1."""
    try:
        return LOOPBACK in ipaddress.ip_network(text or "", strict=False)
    except ValueError:
        return False
