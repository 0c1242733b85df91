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
        kind, colon, wanted = (fact.known or "").partition(":")
        if not colon or kind not in ("service", "container"):
            continue
        other = _find(service, kind, wanted)
        if name == "network_mode" and other is not None and _is_tunnel(other):
            continue
        whose = f"service `{other.name}`" if other is not None else f"`{wanted}`, a container of nobody here"
        notes = tuple(Note(step.span, step.how) for step in fact.via or ())
        yield Finding(fact.span, f"service `{service.name}` {text.format(whose)}", notes)


def _find(service: Service, kind: str, wanted: str) -> Service | None:
    """The service that is meant: by its name, or by the name of its container."""
    others = service.project.services if service.project is not None else ()
    return next(
        (one for one in others if wanted == (one.name if kind == "service" else one.container_name.known)), None
    )


def _is_tunnel(other: Service) -> bool:
    return other.makes_tunnels or any(name.known == "NET_ADMIN" for name in other.added_capabilities)
