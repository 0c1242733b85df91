"""Services that live in another container's network, processes or memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Note

if TYPE_CHECKING:
    from dockguard.api import Service

_WHAT = {
    "network_mode": "shares the network of {}: each reaches what the other keeps on its loopback",
    "pid": "shares the processes of {}: with the same user it can read their memory and stop them",
    "ipc": "shares the memory segments of {}",
}


def check(service: Service) -> Iterator[Finding]:
    """One finding for each namespace; a network that is a tunnel's is what such services are there for."""
    for name, text in _WHAT.items():
        fact = getattr(service, name)
        kind, colon, other = (fact.known or "").partition(":")
        if not colon or kind not in ("service", "container") or (name == "network_mode" and _is_tunnel(service, other)):
            continue
        whose = f"service `{other}`" if kind == "service" else f"`{other}`, a container of nobody here"
        notes = tuple(Note(step.span, step.how) for step in fact.via or ())
        yield Finding(fact.span, f"service `{service.name}` {text.format(whose)}", notes)


def _is_tunnel(service: Service, name: str) -> bool:
    other = service.project.service(name) if service.project is not None else None
    return other is not None and (
        other.makes_tunnels or any(cap.known == "NET_ADMIN" for cap in other.added_capabilities)
    )
