"""Which files are Compose files, by name and by text."""

from __future__ import annotations

import re

from dockguard.lazy import regex

_NAME = regex(
    r"(?:docker-)?compose(?:[._-][A-Za-z0-9._-]+)?\.ya?ml|[A-Za-z0-9._-]+[._-](?:docker-)?compose\.ya?ml|(?:docker-)?stack\.ya?ml"
)
_SERVICES = regex(r"^services[ \t]*:", re.MULTILINE)
_INSIDE = regex(
    r"^[ \t]+(?:image|build|ports|environment|volumes|depends_on|extends|command|networks|restart|container_name"
    r"|security_opt|cap_drop|cap_add|read_only|user|privileged|deploy|network_mode)[ \t]*:",
    re.MULTILINE,
)
_OTHERS = regex(
    r"^(?:apiVersion|kind|jobs|pipeline|stages|openapi|swagger|AWSTemplateFormatVersion)[ \t]*:", re.MULTILINE
)
_ENV = regex(r"\.env(?:\.[A-Za-z0-9._-]+)?|[A-Za-z0-9._-]+\.env")


def matches(path: str) -> bool:
    """Whether a path has a name that Compose files have."""
    return _NAME.fullmatch(path.rpartition("/")[2]) is not None


def sniff(text: str) -> bool:
    """Whether a YAML text of another name is a Compose file: services that look like containers."""
    head = text[: 64 * 1024]
    services = _SERVICES.search(head)
    return services is not None and _INSIDE.search(head, services.end()) is not None and not _OTHERS.search(head)


def is_context(path: str) -> bool:
    """Whether it is an env file: read by projects, never judged itself."""
    return _ENV.fullmatch(path.rpartition("/")[2]) is not None
