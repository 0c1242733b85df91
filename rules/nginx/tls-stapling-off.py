"""TLS servers that staple nothing to their certificates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Tls


def check(tls: Tls) -> Iterator[Finding]:
    """Where stapling is surely off, for a certificate that may have a responder."""
    stapling = tls.level.setting("ssl_stapling")
    off = stapling.sure and stapling.known in (None, "off")
    if off and tls.certificates and not (tls.server.silent or tls.lets_encrypt.written):
        yield Finding(stapling.span if stapling.written else tls.span, "nothing is stapled to the certificate")
