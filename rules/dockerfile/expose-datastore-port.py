"""EXPOSE of a database's port by an image that is none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from dockguard.api import Finding

_ALSO = {  # product -> other names under which it comes
    "mysql": ("mariadb", "percona"),
    "postgres": ("pgvector", "postgis", "timescale", "citus"),
    "redis": ("valkey", "keydb", "dragonfly"),
    "elasticsearch": ("opensearch",),
    "cassandra": ("scylla",),
    "mssql": ("sqlserver", "sql-server"),
}


def check(port: Any, options: Mapping[str, Any]) -> Iterator[Finding]:
    """Of the built image, over TCP."""
    number, _, protocol = (port.text.known or "").lower().partition("/")
    known = dict(one.split("=", 1) for one in options["ports"] if "=" in one)
    product = known.get(number)
    if product is None or protocol == "udp" or not port.step.is_final:
        return
    names = (product, *_ALSO.get(product, ()))
    text = _made_from(port.step.stage)
    if not any(name in text for name in names):
        yield Finding(port.span, f"`{number}` is the port of {product}, which this image is not made from")


@lru_cache(maxsize=8)  # a stage may announce thousands of ports
def _made_from(stage: Any) -> str:
    """What the image is made from and called."""
    settings = stage.settings
    words = [stage.span.source.path, stage.base.known or "", stage.name]
    words += (*(settings.entrypoint.known or ()), *(settings.cmd.known or ()))
    words += (name for part in stage.chain for command in part.commands for name in command.installs)
    return "\n".join(words).lower()
