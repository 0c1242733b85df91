"""Filtering proxies in front of the engine's socket that let through what amounts to the socket itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Confidence, Finding, Note, Severity

if TYPE_CHECKING:
    from dockguard.api import Fact, Service

_TRUE = ("1", "true", "yes", "on")
# Parts of the engine's API whose POST requests start a program or change what runs (docs.docker.com, Engine API).
_STARTS = ("CONTAINERS", "SERVICES", "SWARM", "EXEC", "BUILD", "PLUGINS", "TASKS")
# Parts that give secrets to whoever reads them.
_READS = ("SECRETS", "AUTH")
_EVERYTHING = (".*", ".+", "/.*", "/.+", "^.*$", "^/.*$", "/v1\\..{1,2}/.*", "/v1\\..{1,2}/containers/.*")


def check(service: Service) -> Iterator[Finding]:
    """The settings of the known proxies, then who can reach it."""
    if not service.is_socket_proxy:
        return
    yield from _variables(service)
    yield from _options(service)
    yield from _neighbours(service)


def _variables(service: Service) -> Iterator[Finding]:
    """Those of Tecnativa's proxy, and of linuxserver's, which follows it."""
    on = {entry.name: entry for entry in service.environment if (entry.text.known or "").strip().lower() in _TRUE}
    post = on.get("POST")
    starts = [on[name] for name in _STARTS if name in on]
    if post is not None and starts:
        names = ", ".join(f"`{entry.name}`" for entry in starts)
        message = (
            f"with `POST` and {names} every client of `{service.name}` can start containers, and is root on the host"
        )
        yield Finding(post.span, message, tuple(Note(entry.span, "and this one") for entry in starts))
    for name in _READS:
        if name in on:
            yield Finding(on[name].span, f"`{name}` lets every client of `{service.name}` ask for credentials")


def _options(service: Service) -> Iterator[Finding]:
    """Those of wollomatic's proxy: expressions for the paths that each method may ask for."""
    fact: Fact[tuple[str, ...]] = service.command
    for word in fact.known or ():
        name, _, pattern = word.lstrip("-").partition("=")
        if name in ("allowPOST", "allowPUT") and pattern.strip("'\"") in _EVERYTHING:
            message = f"`{word}` lets every client of `{service.name}` start containers: it is root on the host"
            yield Finding(fact.span, message)


def _neighbours(service: Service) -> Iterator[Finding]:
    """A service on the proxy's networks that never names it, while another one does."""
    others = [other for other in (service.project.services if service.project else ()) if other.name != service.name]
    mine = {use.name: use for use in service.networks}
    clients = [other for other in others if _names(other, service.name)]
    for other in others if clients else ():
        shared = next((mine[use.name] for use in other.networks if use.name in mine), None)
        if shared is None or other in clients:
            continue
        message = f"`{other.name}` can ask `{service.name}`, which it does not use, by network `{shared.name}`"
        note = Note(other.span, "this service never names the proxy")
        why = "only what the proxy lets through, and a file of its own may name it"
        yield Finding(shared.span, message, (note,), None, Severity.MEDIUM, Confidence.MEDIUM, why)
        return


def _names(service: Service, name: str) -> bool:
    """Whether a service says the other's name: as a dependency, in a variable, a label, its command."""
    if any(dependency.name == name for dependency in service.depends_on):
        return True
    texts = [entry.written for entry in (*service.environment, *service.labels)]
    texts += [*(service.command.known or ()), *(service.entrypoint.known or ())]
    word = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")
    return any(word.search(text) for text in texts)
