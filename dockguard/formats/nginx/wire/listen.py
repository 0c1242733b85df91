"""One `listen` line: the address, the port, and what it says of the socket."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from dockguard.lazy import regex
from dockguard.record import dataclass
from dockguard.source import Span

if TYPE_CHECKING:
    from dockguard.formats.nginx.level import Directive

_LISTEN = regex(r"(?:(\[[^\]]+\]|[^:\s]+?):)?(\d+)(?:-\d+)?")


@dataclass(frozen=True, slots=True)
class Listen:
    """One socket that a server listens on."""

    address: str  # `*`, `127.0.0.1`, `[::]`, `unix:/path`
    port: int  # 0 for a Unix socket
    ssl: bool
    default: bool  # `default_server` is written
    quic: bool
    http2: bool
    span: Span
    written: str

    @property
    def socket(self) -> tuple[str, int, bool]:
        """What servers share: the address, the port, and whether it is QUIC's."""
        return self.address, self.port, self.quic

    @property
    def loopback(self) -> bool:
        """Whether other machines cannot reach it."""
        return self.address.startswith(("127.", "unix:", "[::1]")) or self.address == "localhost"


def listen_of(directive: Directive) -> Listen | None:
    """A `listen` line; None where a template or a variable hides the port."""
    words = directive.texts
    if not words or directive.words[0].opaque or "$" in words[0]:
        return None
    place = _place(words[0])
    if place is None:
        return None
    flags = words[1:]
    quic = "quic" in flags
    default = "default_server" in flags or "default" in flags
    return Listen(*place, "ssl" in flags or quic, default, quic, "http2" in flags, directive.span, words[0])


def _place(text: str) -> tuple[str, int] | None:
    if text.startswith("unix:"):
        return text, 0
    match = _LISTEN.fullmatch(text)
    if match:
        address = match[1] or "*"
        return ("*" if address == "0.0.0.0" else address), int(match[2])
    return (text, 80) if re.fullmatch(r"\[[0-9a-fA-F:.]+\]|[\w.*-]+", text) else None


def loopback(lines: Iterable[Directive]) -> bool:
    """Whether there are such lines, and other machines reach none of their sockets."""
    found = [listen_of(line) for line in lines]
    return bool(found) and all(one is not None and one.loopback for one in found)
