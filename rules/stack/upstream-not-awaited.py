"""Upstreams that nginx looks up when it starts and does not wait for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from dockguard.api import Finding, Note, Upstream

if TYPE_CHECKING:
    from dockguard.api import Service

MAX_STEPS = 50  # services on the way


def check(upstream: Upstream) -> Iterator[Finding]:
    """One finding for a host, where one container answers and nothing starts nginx again."""
    others = [one for one in upstream.targets if one is not upstream.proxy]
    service = cast("Service", upstream.proxy.container.node)
    if not upstream.at_start or not others or starts_again(service):
        return
    known = awaited(service)
    if any(one.name in known for one in others):
        return
    name = others[0].name
    message = f"`{service.name}` does not wait for `{name}`: nginx stops where it starts first"
    notes = (Note(upstream.at_start[0].span, f"here `{upstream.host}` is looked up"),)
    yield Finding(service.span, message, notes)


def starts_again(service: Service) -> bool:
    """Whether a restart policy brings it back, or only the run time knows."""
    policy = service.value.get("deploy", "restart_policy")
    restart = service.restart
    return policy is not None or not restart.sure or restart.known not in (None, "no", "false")


def awaited(service: Service) -> set[str]:
    """The services that run before it, one after the other."""
    found: set[str] = set()
    waiting = [service]
    while waiting and len(found) < MAX_STEPS:
        for dependency in waiting.pop().depends_on:
            other = service.project.service(dependency.name) if service.project is not None else None
            if dependency.name not in found and other is not None:
                found.add(dependency.name)
                waiting.append(other)
    return found
