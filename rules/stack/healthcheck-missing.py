"""Services that nothing checks: neither their own check, nor the Dockerfile's, nor the image's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from dockguard.api import Confidence, Fact, Finding, Running

if TYPE_CHECKING:
    from dockguard.api import Service


def check(container: Running) -> Iterator[Finding]:
    """Silent about services that end by themselves, and about checks that are switched off (another rule's matter)."""
    service = cast("Service", container.container.node)
    if service.has_healthcheck.written or not service.healthcheck.test.sure or service.open or _ends(service):
        return
    if service.image_has_healthcheck or _builds_one(container):
        return
    message = f"nothing checks whether service `{service.name}` works"
    if container.built is not None or service.image_has_healthcheck is False:
        yield Finding(container.span, message)
    else:
        yield Finding(container.span, message, confidence=Confidence.MEDIUM, why="the image is not known")


def _builds_one(container: Running) -> bool:
    fact = container.built.facts.get("healthcheck") if container.built is not None else None
    return isinstance(fact, Fact) and fact.written


def _ends(service: Service) -> bool:
    if "job" in service.purposes or service.restart.known in ("no", "false") or service.provider.written:
        return True
    return any(
        dependency.name == service.name and dependency.condition.known == "service_completed_successfully"
        for other in (service.project.services if service.project else ())
        for dependency in other.depends_on
    )
