"""Names of services that lead somewhere else: by /etc/hosts, or because another container answers to them too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from dockguard.api import Finding, Note, Program, Running

if TYPE_CHECKING:
    from dockguard.api import Service


def check(program: Program) -> Iterator[Finding]:
    """One finding for a line of `extra_hosts`, and for an alias that is another service's name."""
    service = cast("Service", program.container.container.node)
    for line in service.extra_hosts:
        name, _, address = (line.known or "").partition("=")
        other = program.stack.by_name.get(name)
        if other is not None and other is not program.container and _meet(program.container, other):
            message = f"for service `{program.name}` the name `{name}` is {address}, and not the service of that name"
            yield Finding(line.span, message, (Note(other.span, "this service cannot be reached by its name"),))
    for use in service.networks:
        for alias in use.aliases:
            other = program.stack.by_name.get(alias.known or "")
            if other is not None and other is not program.container and _shares(use.name, other):
                message = f"service `{program.name}` answers to `{alias.known}`, the name of another service, by turns"
                yield Finding(alias.span, message, (Note(other.span, "this service has the name, too"),))


def _meet(one: Running, other: Running) -> bool:
    return not one.container.known_as.keys().isdisjoint(other.container.known_as)


def _shares(network: str, other: Running) -> bool:
    return any(name.known == network for name in other.container.networks)
