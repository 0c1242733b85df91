"""Locations inside of locations, which lose what is not inherited."""

from __future__ import annotations

from collections.abc import Iterator

from dockguard.formats.nginx.location import Location
from dockguard.formats.nginx.site import Site


def nested(site: Site) -> Iterator[Location]:
    """The locations that stand in another one."""
    for location in site.locations:
        if location.kind == "location" and location.outer is not None and location.outer.kind == "location":
            yield location
