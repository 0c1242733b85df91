"""Compose files written otherwise: short and long forms, lists and mappings, units, variables with a default."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from tests.metamorphic.change import Change
from tests.metamorphic.yaml_text import Data, of_data, services

Form = Callable[[Any], Any]  # a value in its other form; itself where it has none

_PORT = re.compile(r"(?:(\d{1,3}(?:\.\d{1,3}){3}):)?(?:(\d+):)?(\d+)(?:/(tcp|udp))?")
_VOLUME = re.compile(r"([./~]?[\w./-]+):(/[\w./-]*)(?::(ro|rw))?")
_WORD = re.compile(r"[\w./:@=+,-]+")
_TEXT = re.compile(r"[^$\"'\\{}\n]+")
_BYTES = re.compile(r"(\d+)([kmg])b?", re.I)
_CAPABILITIES = frozenset(
    "CHOWN DAC_OVERRIDE FOWNER KILL MKNOD NET_ADMIN NET_BIND_SERVICE NET_RAW SETGID SETUID SYS_ADMIN SYS_PTRACE".split()
)
_FACTOR = {"k": 1024, "m": 1024**2, "g": 1024**3}


def _at(*path: str) -> Callable[[Form], Callable[[Data, Random], Data]]:
    """A form for what stands at a path of every service."""

    def make(form: Form) -> Callable[[Data, Random], Data]:
        def change(data: Data, rng: Random) -> Data:
            for service in services(data):
                _apply(service, path, form)
            return data

        return change

    return make


def _apply(holder: Any, path: tuple[str, ...], form: Form) -> None:
    for name in path[:-1]:
        holder = holder.get(name) if isinstance(holder, dict) else None
    if isinstance(holder, dict) and path[-1] in holder:
        holder[path[-1]] = form(holder[path[-1]])


def _each(form: Form) -> Form:
    return lambda value: [form(item) for item in value] if isinstance(value, list) else value


def _several(*changes: Callable[[Data, Random], Data]) -> Callable[[Data, Random], Data]:
    def change(data: Data, rng: Random) -> Data:
        for one in changes:
            data = one(data, rng)
        return data

    return change


def _as_map(value: Any) -> Any:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        return value
    pairs = [item.partition("=") for item in value]
    return {name: text if equals else None for name, equals, text in pairs} if _are_new(pairs) else value


def _are_new(pairs: list[tuple[str, str, str]]) -> bool:
    return len({name for name, _, _ in pairs}) == len(pairs)


def _as_list(value: Any) -> Any:
    if not isinstance(value, dict) or any(isinstance(item, (dict, list, float)) for item in value.values()):
        return value
    return [name if item is None else f"{name}={_printed(item)}" for name, item in value.items()]


def _printed(item: Any) -> str:
    return str(item).lower() if isinstance(item, bool) else str(item)


def _long_port(port: Any) -> Any:
    match = _PORT.fullmatch(port) if isinstance(port, str) else None
    if match is None:
        return {"target": port} if isinstance(port, int) else port
    made = {"host_ip": match[1], "published": match[2], "target": int(match[3]), "protocol": match[4] or "tcp"}
    return {**{name: part for name, part in made.items() if part is not None}, "mode": "ingress"}


def _short_port(port: Any) -> Any:
    if not isinstance(port, dict) or not set(port) <= {"target", "published", "host_ip", "protocol"}:
        return port
    published, host = port.get("published"), port.get("host_ip")
    if "target" not in port or (host is not None and published is None) or "$" in str(port):
        return port
    parts = [str(part) for part in (host, published, port["target"]) if part is not None]
    return ":".join(parts) + f"/{port.get('protocol', 'tcp')}"


def _long_volume(volume: Any) -> Any:
    match = _VOLUME.fullmatch(volume) if isinstance(volume, str) else None
    if match is None or (len(match[1]) == 1 and match[1].isalpha()):
        return volume
    bind = match[1][0] in "./~"
    made = {"type": "bind" if bind else "volume", "source": match[1], "target": match[2]}
    return {**made, **({"bind": {"create_host_path": True}} if bind else {}), **_read_only(match[3])}


def _read_only(mode: str | None) -> Data:
    return {"read_only": True} if mode == "ro" else {}


def _short_volume(volume: Any) -> Any:
    if not isinstance(volume, dict) or not set(volume) <= {"type", "source", "target", "read_only"}:
        return volume
    source, target, kind = volume.get("source"), volume.get("target"), volume.get("type")
    if not isinstance(source, str) or not isinstance(target, str) or kind not in ("bind", "volume") or len(source) < 2:
        return volume
    if (kind == "bind") != (source[0] in "./~") or re.search(r"[:$]", source + target):
        return volume
    return f"{source}:{target}" + (":ro" if volume.get("read_only") is True else "")


def _split_words(value: Any) -> Any:
    simple = isinstance(value, str) and value and all(_WORD.fullmatch(word) for word in value.split())
    return value.split() if simple else value


def _joined_words(value: Any) -> Any:
    simple = isinstance(value, list) and value and all(isinstance(i, str) and "$" not in i for i in value)
    return shlex.join(value) if simple and not any(re.search(r"[\n\\]", item) for item in value) else value


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _unlisted(value: Any) -> Any:
    return value[0] if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str) else value


def _shell_test(value: Any) -> Any:
    if isinstance(value, str):
        return ["CMD-SHELL", value]
    return value[1] if isinstance(value, list) and len(value) == 2 and value[0] == "CMD-SHELL" else value


def _started(value: Any) -> Any:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return {name: {"condition": "service_started"} for name in value}
    return value


def _named(value: Any) -> Any:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return dict.fromkeys(value)
    return list(value) if isinstance(value, dict) and not any(value.values()) else value


def _keyed(key: str, **more: Any) -> Form:
    return lambda value: {key: value, **more} if isinstance(value, str) else value


def _limits(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {n: {"soft": i, "hard": i} if isinstance(i, int) else i for n, i in value.items()}


def _in_bytes(value: Any) -> Any:
    match = _BYTES.fullmatch(value) if isinstance(value, str) else None
    return value if match is None else int(match[1]) * _FACTOR[match[2].lower()]


def _in_capitals(value: Any) -> Any:
    return value.upper() if isinstance(value, str) and _BYTES.fullmatch(value) else value


def _capability(value: Any) -> Any:
    if not isinstance(value, str) or value.removeprefix("CAP_") not in _CAPABILITIES:
        return value
    return value.removeprefix("CAP_").lower() if value.startswith("CAP_") else f"CAP_{value}"


def _equals(value: Any) -> Any:
    """`no-new-privileges=true`, `seccomp=…`: Docker takes `=` and `:`."""
    found = re.fullmatch(r"(no-new-privileges|seccomp|apparmor|label|systempaths)([:=])(.+)", str(value))
    return f"{found[1]}{':' if found[2] == '=' else '='}{found[3]}" if found else value


def _deployed(data: Data, rng: Random) -> Data:
    """Limits of a service as limits of its deployment."""
    names = {"mem_limit": "memory", "cpus": "cpus", "pids_limit": "pids"}
    for service in services(data):
        if "deploy" not in service and any(name in service for name in names):
            limits = {names[name]: service.pop(name) for name in list(service) if name in names}
            if "cpus" in limits:
                limits["cpus"] = str(limits["cpus"])
            service["deploy"] = {"resources": {"limits": limits}}
    return data


def _hosts(value: Any) -> Any:
    if isinstance(value, list) and all(isinstance(item, str) and item.count(":") == 1 for item in value):
        return dict(item.split(":") for item in value)
    return value


def _is_text(name: str, item: Any) -> bool:
    """Whether a number would become the text that has to stand there, or nothing looks at it."""
    return name.startswith("x-") or (not isinstance(item, (str, dict, list)) and name in ("user", "use_api_socket"))


def _defaulted(value: Any, rng: Random) -> Any:
    """Scalars as the default of a variable that nothing sets."""
    if isinstance(value, dict):
        return {name: item if _is_text(name, item) else _defaulted(item, rng) for name, item in value.items()}
    if isinstance(value, list):
        return [_defaulted(item, rng) for item in value]
    if isinstance(value, bool) or (isinstance(value, int) and value >= 0):
        return f"${{DG_UNSET:-{_printed(value)}}}"
    return f"${{DG_UNSET:-{value}}}" if isinstance(value, str) and _TEXT.fullmatch(value) else value


def _with_defaults(data: Data, rng: Random) -> Data:
    return {**data, "services": {name: _defaulted(body, rng) for name, body in data["services"].items()}}


def _with_dollars(data: Data, rng: Random) -> Data:
    """`$X` for `${X}`."""
    return {**data, "services": _bare(data["services"])}


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _bare(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_bare(item) for item in value]
    return re.sub(r"(?<!\$)\$\{([A-Za-z_]\w*)\}(?!\w)", r"$\1", value) if isinstance(value, str) else value


_PAIRS = ("environment", "labels", "annotations", "sysctls")


def _pairs(form: Form) -> Callable[[Data, Random], Data]:
    inside = (("build", "args"), ("build", "labels"), ("deploy", "labels"))
    return _several(*(_at(name)(form) for name in _PAIRS), *(_at(*path)(form) for path in inside))


def _rules_of(*names: str) -> Iterator[Callable[[Form], Callable[[Data, Random], Data]]]:
    return (_at(name) for name in names)


_CHANGES: dict[str, Callable[[Data, Random], Data]] = {
    "pairs as mappings": _pairs(_as_map),
    "pairs as lists": _pairs(_as_list),
    "long ports": _at("ports")(_each(_long_port)),
    "short ports": _at("ports")(_each(_short_port)),
    "long volumes": _at("volumes")(_each(_long_volume)),
    "short volumes": _at("volumes")(_each(_short_volume)),
    "words of commands": _several(*(at(_split_words) for at in _rules_of("command", "entrypoint"))),
    "commands as texts": _several(*(at(_joined_words) for at in _rules_of("command", "entrypoint"))),
    "texts as lists": _several(*(at(_listed) for at in _rules_of("tmpfs", "env_file", "dns", "dns_search"))),
    "lists as texts": _several(*(at(_unlisted) for at in _rules_of("tmpfs", "env_file", "dns", "dns_search"))),
    "test by a shell": _at("healthcheck", "test")(_shell_test),
    "depends_on with conditions": _at("depends_on")(_started),
    "names of networks": _at("networks")(_named),
    "build as a mapping": _at("build")(_keyed("context")),
    "secrets as mappings": _several(*(at(_each(_keyed("source"))) for at in _rules_of("secrets", "configs"))),
    "env_file as mappings": _at("env_file")(lambda value: _each(_keyed("path", required=True))(_listed(value))),
    "soft and hard limits": _at("ulimits")(_limits),
    "sizes in bytes": _several(*(at(_in_bytes) for at in _rules_of("mem_limit", "shm_size", "memswap_limit"))),
    "sizes in capitals": _several(*(at(_in_capitals) for at in _rules_of("mem_limit", "shm_size"))),
    "names of capabilities": _several(*(at(_each(_capability)) for at in _rules_of("cap_add", "cap_drop"))),
    "signs in security_opt": _at("security_opt")(_each(_equals)),
    "limits of a deployment": _deployed,
    "hosts as a mapping": _at("extra_hosts")(_hosts),
    "defaults of variables": _with_defaults,
    "no braces in YAML": _with_dollars,
}
CHANGES = tuple(Change(name, "compose", of_data(change)) for name, change in _CHANGES.items())
