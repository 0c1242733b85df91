"""Limits that are written and limit nothing, and settings that take a limit back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Fact, Finding, Note

if TYPE_CHECKING:
    from dockguard.api import Service


def check(service: Service) -> Iterator[Finding]:
    """Each at its place."""
    name = f"service `{service.name}`"
    for fact, what in ((service.memory_limit, "memory"), (service.cpu_limit, "CPU"), (service.pids_limit, "process")):
        if fact.known is not None and fact.known <= 0:
            yield _finding(fact, f"{name} has no {what} limit: the engine takes 0 and less for none")
    if service.memswap_limit.known == -1:
        yield _finding(service.memswap_limit, f"{name} may use swap without limit, whatever its memory limit")
    if service.oom_kill_disable.known:
        yield _finding(service.oom_kill_disable, f"when memory runs out the kernel may not stop {name}")
    if (service.oom_score_adj.known or 0) <= -900:
        yield _finding(service.oom_score_adj, f"the kernel stops everything else before {name} when memory runs out")


def _finding(fact: Fact[int] | Fact[float] | Fact[bool], message: str) -> Finding:
    return Finding(fact.span, message, tuple(Note(step.span, step.how) for step in fact.via or ()))
