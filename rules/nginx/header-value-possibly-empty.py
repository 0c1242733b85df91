"""Security headers whose `map` has no default."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Header

TRANSPORT = re.compile(r"\$\{?(?:scheme|https|ssl_protocol|server_port|http_x_forwarded_proto)\}?")


def check(header: Header) -> Iterator[Finding]:
    """A value that is one variable, empty on some page because its `map` says nothing."""
    if not header.security or header.never_sent or not any(not choice.text for choice in header.choices):
        return
    source, closed = header.mapped_by
    if source and not closed and not (header.key == "strict-transport-security" and TRANSPORT.fullmatch(source)):
        yield Finding(header.value.span, f"`{header.name}` is not sent where the `map` of `{source}` names nothing")
