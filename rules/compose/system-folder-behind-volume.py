"""Named volumes that are a folder of the host's system."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Volume


def check(volume: Volume, options: Mapping[str, Any]) -> Iterator[Finding]:
    """By the options of the local driver (`device` with `o: bind`) and of local-persist (`mountpoint`)."""
    given = {entry.name: entry for entry in volume.driver_opts}
    kind = given["o"].text.known or "" if "o" in given else ""
    name = "mountpoint" if "mountpoint" in given else "device" if {"bind", "rbind"} & set(kind.split(",")) else ""
    path = given[name].text.known if name in given else None
    if path and any(path == folder or path.startswith(f"{folder}/") for folder in options["folders"]):
        yield Finding(given[name].span, f"volume `{volume.name}` is `{path}`, a folder of the host's system")
