"""Roots that hold more than a site."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Directive

FOLDERS = frozenset(
    """
    /app /usr/src/app /usr/src /code /workspace /src /srv/app /opt/app /opt /usr /usr/share /usr/share/nginx /var
    /var/www /var/log /var/log/nginx /home /srv /etc/nginx /etc/nginx/conf.d /etc/ssl /etc/letsencrypt /usr/local/etc
    /usr/local/openresty/nginx /run /run/secrets /tmp
    """.split()
)


def check(directive: Directive) -> Iterator[Finding]:
    """Paths after `.` and `..` are resolved; variables are left alone."""
    path = directive.text(0)
    plain = "/" + posixpath.normpath(path).strip("/") if path.startswith("/") and "$" not in path else ""
    if plain in FOLDERS:
        yield Finding(directive.span, f"all of `{plain}` is served")
