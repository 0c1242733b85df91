"""Addresses: which machines can reach what listens on them, or what they reach."""

from __future__ import annotations

from enum import Enum

from dockguard.lazy import regex
from dockguard.source import Unknown

_NUMBERS = regex(r"(?:0[xX][0-9a-fA-F]{1,8}|\d{1,10})(?:\.(?:0[xX][0-9a-fA-F]{1,8}|\d{1,10})){0,3}")
_NAME = regex(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})(?:\.[A-Za-z0-9_-]{1,63}){0,30}\.?")


class Reach(Enum):
    """Who is behind an address."""

    WILDCARD = "wildcard"  # every interface: 0.0.0.0, ::, *
    LOOPBACK = "loopback"  # this machine, or this container: 127.0.0.0/8, ::1, localhost
    PRIVATE = "private"  # RFC 1918, RFC 4193, and RFC 6598's carrier-grade NAT
    LINK_LOCAL = "link-local"  # RFC 3927, RFC 4291; 169.254.169.254 is the clouds' metadata service
    PUBLIC = "public"
    SPECIAL = "special"  # multicast, broadcast, documentation and reserved ranges
    NAME = "name"  # a host name: who it is only a resolver knows


METADATA = frozenset(
    {"169.254.169.254", "169.254.170.2", "fd00:ec2::254", "100.100.100.200"}
)  # AWS, GCP, Azure; ECS; Alibaba
_METADATA_NAMES = frozenset({"metadata.google.internal", "metadata.goog", "instance-data"})
_LOCAL_NAMES = frozenset({"localhost", "localhost.localdomain", "localhost6", "ip6-localhost", "ip6-loopback"})
_HOST_NAMES = frozenset({"host.docker.internal", "gateway.docker.internal", "host.containers.internal", "host-gateway"})

_V4 = (
    ("127.0.0.0/8", Reach.LOOPBACK),
    ("10.0.0.0/8", Reach.PRIVATE),
    ("172.16.0.0/12", Reach.PRIVATE),
    ("192.168.0.0/16", Reach.PRIVATE),
    ("100.64.0.0/10", Reach.PRIVATE),
    ("169.254.0.0/16", Reach.LINK_LOCAL),
    ("0.0.0.0/8", Reach.SPECIAL),
    ("192.0.0.0/24", Reach.SPECIAL),
    ("192.0.2.0/24", Reach.SPECIAL),
    ("198.18.0.0/15", Reach.SPECIAL),
    ("198.51.100.0/24", Reach.SPECIAL),
    ("203.0.113.0/24", Reach.SPECIAL),
    ("224.0.0.0/3", Reach.SPECIAL),
)


def reach(host: str) -> Reach | Unknown:
    """Who is behind an address or name, as written in a port, a `listen`, a URL: brackets, zones and dots are fine.

    An empty text is the wildcard, as in a port without address. Unknown for what holds a variable or is no host.
    """
    text = host.strip()
    if "$" in text or "{" in text:
        return Unknown(f"`{text}` is not known")
    if text in ("", "*", "[*]", "+"):
        return Reach.WILDCARD
    if text.startswith("[") and text.endswith("]"):
        text = text[1:-1]
    if ":" in text:
        return _reach_v6(text)
    number = _v4(text)
    if number is not None:
        return _reach_v4(number)
    return _reach_name(text)


def is_loopback(host: str) -> bool | Unknown:
    """Whether only this machine reaches what listens there."""
    return _same(host, Reach.LOOPBACK)


def is_wildcard(host: str) -> bool | Unknown:
    """Whether what listens there listens on every interface."""
    return _same(host, Reach.WILDCARD)


def is_private(host: str) -> bool | Unknown:
    """Whether it is an address of a private network (RFC 1918, 4193, 6598)."""
    return _same(host, Reach.PRIVATE)


def is_metadata(host: str) -> bool:
    """Whether it is a cloud's instance metadata service, which hands out credentials."""
    text = host.strip().strip("[]").rstrip(".").lower()
    if text in METADATA or text in _METADATA_NAMES:
        return True
    number = _v4(text)
    return number == 0xA9FEA9FE  # 169.254.169.254 in any of inet_aton's notations


def is_docker_host(host: str) -> bool:
    """Whether the name leads from a container to the machine it runs on."""
    return host.strip().rstrip(".").lower() in _HOST_NAMES


def split_port(address: str) -> tuple[str, str]:
    """Host and port of `host:port`, `[::1]:80`, `:80`, `80`, `::1`; each "" where it is not written."""
    text = address.strip()
    if text.startswith("["):
        host, bracket, rest = text.partition("]")
        return host + bracket, rest[1:] if rest.startswith(":") else ""
    if text.count(":") > 1 and "$" not in text:
        return text, ""
    if text.isdecimal():
        return "", text
    host, colon, port = text.rpartition(":")
    return (host, port) if colon else (text, "")


def _same(host: str, wanted: Reach) -> bool | Unknown:
    found = reach(host)
    return found if isinstance(found, Unknown) else found is wanted


def _v4(text: str) -> int | None:
    """An IPv4 address in any notation of inet_aton (127.1, 0x7f000001, 2130706433); None for anything else."""
    if not _NUMBERS.fullmatch(text):
        return None
    parts = [_number(part) for part in text.split(".")]
    *heads, last = parts
    if any(head > 255 for head in heads) or last >= 256 ** (5 - len(parts)):
        return None
    value = last
    for place, head in enumerate(heads):
        value += head << (24 - 8 * place)
    return value


def _number(text: str) -> int:
    """inet_aton's numbers: 0x is hexadecimal, a leading zero octal (decimal where it cannot be)."""
    if text[:2].lower() == "0x":
        return int(text, 16)
    octal = len(text) > 1 and text[0] == "0" and not set(text) & {"8", "9"}
    return int(text, 8 if octal else 10)


def _reach_v4(number: int) -> Reach:
    if number == 0:
        return Reach.WILDCARD
    for network, found in _V4:
        base, _, bits = network.partition("/")
        if number >> (32 - int(bits)) == (_v4(base) or 0) >> (32 - int(bits)):
            return found
    return Reach.PUBLIC


def _reach_v6(text: str) -> Reach | Unknown:
    number = _v6(text.partition("%")[0])
    if number is None:
        return Unknown(f"`{text}` is no address")
    if number >> 32 in (0xFFFF, 0x64FF9B << 64):  # IPv4-mapped, NAT64 (RFC 6052)
        return _reach_v4(number & 0xFFFFFFFF)
    if number < 2:
        return Reach.LOOPBACK if number else Reach.WILDCARD
    if number >> 121 == 0xFC >> 1:  # fc00::/7
        return Reach.PRIVATE
    if number >> 118 == 0xFE80 >> 6:  # fe80::/10
        return Reach.LINK_LOCAL
    documentation = number >> 96 == 0x20010DB8
    return Reach.PUBLIC if number >> 125 == 1 and not documentation else Reach.SPECIAL  # 2000::/3


def _v6(text: str) -> int | None:
    if len(text) > 45:
        return None
    import socket  # only where a text looks like IPv6

    try:
        return int.from_bytes(socket.inet_pton(socket.AF_INET6, text), "big")
    except (OSError, ValueError):
        return None


def _reach_name(text: str) -> Reach | Unknown:
    lowered = text.rstrip(".").lower()
    if lowered in _LOCAL_NAMES or lowered.endswith(".localhost"):  # RFC 6761
        return Reach.LOOPBACK
    return Reach.NAME if len(text) <= 253 and _NAME.fullmatch(text) else Unknown(f"`{text[:60]}` is no host")
