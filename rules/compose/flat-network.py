"""Datastores that share a network with an exposed service that never names them, while another service does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Note

if TYPE_CHECKING:
    from dockguard.api import Service


def check(service: Service) -> Iterator[Finding]:
    """Asked about the datastore; the note is the exposed service's port."""
    if "datastore" not in service.purposes or service.project is None or not service.networks.items:
        return
    others = [other for other in service.project.services if other.name != service.name]
    if not any(_names(other, service.name) for other in others):
        return
    for other in others:
        port = next((port for port in other.ports if port.public.known), None)
        if port is None or {"datastore", "monitoring"} & set(other.purposes):
            continue
        if _share(service, other) and not _names(other, service.name):
            message = f"`{other.name}`, which is open to everybody, can reach `{service.name}` and does not use it"
            yield Finding(service.span, message, (Note(port.span, "this is how others reach it"),))
            return


def _share(one: Service, other: Service) -> bool:
    if one.network_mode.written or other.network_mode.written:
        return False
    return bool({use.name for use in one.networks} & {use.name for use in other.networks})


def _names(service: Service, name: str) -> bool:
    """Whether a service says the other's name: as a dependency, in a variable, in its command."""
    if any(dependency.name == name for dependency in service.depends_on):
        return True
    texts = [entry.written for entry in service.environment]
    texts += [*(service.command.known or ()), *(service.entrypoint.known or ())]
    texts += [link.known or "" for link in service.links]
    word = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")
    return any(word.search(text) for text in texts)
