"""CGI-like upstreams whose HTTP_PROXY clients choose."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Location

SHIPPED = ("fastcgi_params`", "fastcgi.conf`", "fastcgi-php.conf`", "uwsgi_params`", "scgi_params`")


def check(location: Location) -> Iterator[Finding]:
    """The files that come with nginx do not set it; what others do nobody knows."""
    if location.kind != "location" or location.dead or not location.handler.endswith("_pass"):
        return
    name = f"{location.handler.removesuffix('_pass')}_param"
    lines = location.level.listed(name)
    known = not lines.open or any(f"{file} is" in lines.open for file in SHIPPED)
    if known and not any(line.text(0) == "HTTP_PROXY" for line in lines):
        span = location.level.own[location.handler][0].span
        yield Finding(span, f'the header `Proxy` becomes `HTTP_PROXY`: `{name} HTTP_PROXY ""` is missing')
