"""Script hosts that serve what anybody puts there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Policy

HOSTS = frozenset(
    """
    cdn.jsdelivr.net unpkg.com cdnjs.cloudflare.com raw.githubusercontent.com rawgit.com cdn.rawgit.com
    esm.sh cdn.skypack.dev ajax.googleapis.com storage.googleapis.com www.googleapis.com
    maps.googleapis.com www.google.com accounts.google.com www.gstatic.com translate.google.com
    yandex.st yastatic.net cdn.bootcss.com ajax.aspnetcdn.com code.angularjs.org
    gist.githubusercontent.com pastebin.com codepen.io surge.sh github.io netlify.app herokuapp.com
    cloudfront.net s3.amazonaws.com amazonaws.com blob.core.windows.net appspot.com firebaseapp.com
    web.app vercel.app pages.dev workers.dev
    """.split()
)
SHARED = frozenset(
    """
    googleapis.com gstatic.com github.io netlify.app herokuapp.com cloudfront.net amazonaws.com
    appspot.com firebaseapp.com web.app vercel.app pages.dev workers.dev jsdelivr.net
    githubusercontent.com azureedge.net windows.net
    """.split()
)
SOURCE = re.compile(r"(?:https?://)?(\*\.)?([a-z0-9.-]+)(?::[0-9*]+)?(/.*)?", re.I)


def check(csp: Policy) -> Iterator[Finding]:
    """One finding for each such source; a path to one file is no way around."""
    if csp.report_only:
        return
    for source in csp.script_sources:
        match = SOURCE.fullmatch(source.known or "")
        if match and _open(match[1], match[2].lower(), match[3] or ""):
            yield Finding(source.span, f"anybody can have scripts served from `{source.known}`")


def _open(wildcard: str | None, host: str, path: str) -> bool:
    if path.rpartition("/")[2]:
        return False
    return host in SHARED if wildcard else host in HOSTS
