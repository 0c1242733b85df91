"""The host's UTS, user and cgroup namespaces, each said where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Note

if TYPE_CHECKING:
    from dockguard.api import Service


def check(service: Service) -> Iterator[Finding]:
    """One finding for each namespace."""
    for fact, name, gain in (
        (service.uts, "UTS", "it can change the host's name"),
        (service.userns_mode, "user", "where the daemon remaps users, this service is exempt"),
        (service.cgroup, "cgroup", "it sees the control groups of everything else"),
    ):
        if fact.known == "host":
            notes = tuple(Note(step.span, step.how) for step in fact.via or ())
            yield Finding(fact.span, f"service `{service.name}` shares the host's {name} namespace: {gain}", notes)
