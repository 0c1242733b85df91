"""Variables without a value where it decides about isolation, so that nobody can judge the service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Service


def check(service: Service, options: Mapping[str, Any]) -> Iterator[Finding]:
    """One finding for an attribute and variable."""
    for attribute, variable, span in service.unset(options["attributes"]):
        message = f"`{attribute}` of service `{service.name}` is not known: `${{{variable}}}` is not set"
        yield Finding(span, message)
