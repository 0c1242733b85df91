"""The short syntaxes: volumes, ports, devices."""

from __future__ import annotations

import re
from posixpath import normpath
from typing import Any

from dockguard.formats.compose.text.scalars import is_address
from dockguard.formats.compose.text.tree import CLOSE, OPEN

_PROPAGATION = ("rprivate", "private", "rshared", "shared", "rslave", "slave")


def parse_volume(spec: str) -> dict[str, Any]:
    """A short volume as its long form; raises ValueError.

    One letter before a colon is a Windows drive, on Linux too: `v:/x` is an anonymous volume at `v:/x`.
    """
    if not spec:
        raise ValueError("invalid empty volume spec")
    if len(spec) <= 2:
        return {"type": "volume", "target": spec}
    volume: dict[str, Any] = {}
    parts = _split_volume(spec)
    for index, part in enumerate(parts):
        _volume_part(volume, part, index == len(parts) - 1, spec)
    source = volume.get("source", "")
    if OPEN in source and "/" not in source:  # a name or a path: only the run time knows
        return {**volume, "type": source}
    if _is_host_path(source):
        bind = {**volume.pop("bind", {}), "create_host_path": True}
        return {"type": "bind", **volume, "bind": bind}
    return {"type": "volume", **volume, "volume": volume.get("volume", {})}


def _split_volume(spec: str) -> list[str]:
    parts: list[str] = []
    buffer, variable = "", False
    for char in spec:
        if char in (OPEN, CLOSE):
            variable = char == OPEN
        if char == ":" and not variable and not (len(buffer) == 1 and buffer.isalpha()):
            parts.append(buffer)
            buffer = ""
        else:
            buffer += char
    return [*parts, buffer]


def _volume_part(volume: dict[str, Any], part: str, last: bool, spec: str) -> None:
    if not part:
        raise ValueError(f"invalid spec: {spec}: empty section between colons")
    if "source" not in volume:
        volume["target" if last else "source"] = part
    elif "target" not in volume:
        volume["target"] = part
    elif not last:
        raise ValueError(f"invalid spec: {spec}: too many colons")
    else:
        for option in part.split(","):
            _volume_option(volume, option)


def _volume_option(volume: dict[str, Any], option: str) -> None:
    if option == "ro":
        volume["read_only"] = True
    elif option == "rw":
        volume.pop("read_only", None)
    elif option == "nocopy":
        volume["volume"] = {"nocopy": True}
    elif option in _PROPAGATION:
        volume.setdefault("bind", {})["propagation"] = option
    elif option in ("z", "Z"):
        volume.setdefault("bind", {})["selinux"] = option


def _is_host_path(source: str) -> bool:
    if source[:1] in (".", "/", "~") or source.startswith("\\\\") or OPEN in source:
        return bool(source)
    return len(source) > 1 and source[0].isalpha() and source[1] == ":"


def clean_target(target: str) -> str:
    """A container path as Go's `path.Clean` writes it."""
    if not target or OPEN in target:
        return target
    clean = normpath(target)
    return clean[1:] if clean.startswith("//") else clean


def parse_port(spec: str) -> list[dict[str, Any]]:
    """A short port as its long forms, one for each port of a range; raises ValueError (docker/go-connections, nat)."""
    if OPEN in spec:
        return _unknown_port(spec)
    body, protocol = _protocol(spec)
    host_ip, published, target = _port_parts(body, spec)
    if not target:
        raise ValueError(f"no port specified: {spec}<empty>")
    start, end = _range(target, "containerPort")
    first, last = _range(published, "hostPort") if published else (0, 0)
    wide = published and end == start and last > first
    if published and not wide and end - start != last - first:
        raise ValueError(f"invalid ranges specified for container and host Ports: {target} and {published}")
    common: dict[str, Any] = {"mode": "ingress", "protocol": protocol}
    if host_ip:
        common["host_ip"] = host_ip
    if wide:
        return [{**common, **({"target": start} if start else {}), "published": f"{first}-{last}"}]
    extra = [{"published": str(first + index)} if published else {} for index in range(end - start + 1)]
    ports = [{**common, "target": start + index, **more} for index, more in enumerate(extra)]
    ordered = sorted(ports, key=lambda port: f"{port['target']}/")  # Docker Compose sorts them as texts
    return [{name: part for name, part in port.items() if part != 0} for port in ordered]  # 0 is no target


def _protocol(spec: str) -> tuple[str, str]:
    body, slash, protocol = spec.rpartition("/")
    if not slash or not protocol:
        return body if slash else spec, "tcp"
    if protocol.lower() not in ("tcp", "udp", "sctp"):
        raise ValueError(f"invalid proto: {protocol}")
    return body, protocol.lower()


def _port_parts(body: str, spec: str) -> tuple[str, str, str]:
    parts = body.split(":")
    if len(parts) <= 2:
        return "", parts[0] if len(parts) == 2 else "", parts[-1]
    host = ":".join(parts[:-2])
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    if host and not is_address(host):
        raise ValueError(f"invalid IP address: {host}")
    return host, parts[-2], parts[-1]


def _range(text: str, what: str) -> tuple[int, int]:
    match = re.match(r"\+?([0-9]{1,9})(?:-\+?([0-9]{1,9}))?\Z", text)
    if match is None:
        raise ValueError(f"invalid {what}: {text}")
    start, end = int(match[1]), int(match[2] or match[1])
    if end < start or end > 65535:
        raise ValueError(f"invalid {what}: {text}")
    return start, end


def _unknown_port(spec: str) -> list[dict[str, Any]]:
    """A port with unset variables, as far as its colons tell."""
    body, _, protocol = spec.partition("/") if "/" in spec.rpartition(CLOSE)[2] else (spec, "", "tcp")
    parts = re.split(r":(?![^\udcfe]*\udcff)", body)
    port: dict[str, Any] = {"mode": "ingress", "protocol": protocol, "target": _number(parts[-1])}
    if len(parts) > 1 and parts[-2]:
        port["published"] = parts[-2]
    if len(parts) > 2:
        port["host_ip"] = ":".join(parts[:-2])
    return [port]


def _number(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else text


def parse_device(spec: str) -> dict[str, str]:
    """A short device as its long form; raises ValueError."""
    parts = spec.split(":")
    if len(parts) > 3:
        raise ValueError(f"confused by device mapping: {spec}")
    source = parts[0]
    target = (parts[1] if len(parts) > 1 else "") or source
    permissions = parts[2] if len(parts) > 2 else "rwm"
    return {"source": source, "target": target, "permissions": permissions}
