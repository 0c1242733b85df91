"""The engine's API over plain TCP: a client of it, and an engine that offers it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Service

_HOST = re.compile(r"tcp://(\[[0-9a-fA-F:]{2,40}\]|[\w.-]{1,253})(?::(\d{1,5}))?/?")
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_PROXIES = ("proxy",)
_DIND = re.compile(r"docker:(?:[\w.-]{1,100}-)?dind(?:-rootless)?")


def check(service: Service) -> Iterator[Finding]:
    """A proxy of the same project, the loopback, and connections with TLS are left alone."""
    yield from _client(service)
    yield from _server(service)


def _client(service: Service) -> Iterator[Finding]:
    variables = {entry.name: entry for entry in service.environment}
    entry = variables.get("DOCKER_HOST")
    match = _HOST.fullmatch(entry.text.known or "") if entry else None
    tls = variables.get("DOCKER_TLS_VERIFY")
    if entry is None or match is None or (tls is not None and tls.text.known not in ("", "0", "false")):
        return
    if match[1] in _LOOPBACK or match[2] == "2376" or _is_proxy(service, match[1]):
        return
    yield Finding(entry.span, f"service `{service.name}` speaks to a container engine at `{match[1]}` without TLS")


def _is_proxy(service: Service, host: str) -> bool:
    other = service.project.service(host) if service.project else None
    image = (other.image.known or "") if other else ""
    return any(word in host or word in image for word in _PROXIES)


def _server(service: Service) -> Iterator[Finding]:
    for fact in (service.command, service.entrypoint):
        words = fact.known or ()
        opens = any(_opens(word, words[at - 1] if at else "") for at, word in enumerate(words))
        if opens and not any(word.startswith(("--tlsverify", "--tlscacert")) for word in words):
            message = f"service `{service.name}` offers the API of a container engine to everybody on its networks"
            yield Finding(fact.span, message)

    yield from _without_tls(service)


def _without_tls(service: Service) -> Iterator[Finding]:
    """The entry point of `docker:dind` opens 2375 to everybody when its variable for certificates is empty."""
    name = (service.image.known or "").partition("@")[0].removeprefix("docker.io/").removeprefix("library/")
    entry = next((entry for entry in service.environment if entry.name == "DOCKER_TLS_CERTDIR"), None)
    words = service.command.known or ()
    if not _DIND.fullmatch(name) or service.entrypoint.written or (words and not words[0].startswith("-")):
        return
    if entry is not None and entry.text.written and entry.text.known == "":
        message = f"service `{service.name}` offers the API of a container engine to everybody on its networks"
        yield Finding(entry.span, f"{message}: without `DOCKER_TLS_CERTDIR` there is no TLS")


def _opens(word: str, before: str) -> bool:
    value = word.partition("=")[2] if word.startswith(("--host=", "-H=")) else word
    match = _HOST.fullmatch(value) if value != word or before in ("-H", "--host") else None
    return match is not None and match[1] not in _LOOPBACK
