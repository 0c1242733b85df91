"""Included files that are not beside the configuration."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Site

# What nginx's packages put beside `nginx.conf` themselves.
SHIPPED = re.compile(
    r"(?:\./)?(?:mime\.types|(?:fastcgi|uwsgi|scgi|proxy)_params|fastcgi\.conf|koi-(?:utf|win)|win-utf)"
)


def check(site: Site) -> Iterator[Finding]:
    """Where no container is in view; of one `include-missing` knows more."""
    for line in site.unseen_includes:
        if not site.container and not SHIPPED.fullmatch(line.text(0)):
            yield Finding(line.words[0].span, f"`{line.text(0)}` is not in the files that were read")
