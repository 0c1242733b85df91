"""The fields of Docker Compose's model and their types (compose-go's `types`), for printing it."""

from __future__ import annotations

from functools import cache
from typing import Any

from dockguard.formats.compose.loading.render import (
    OMIT,
    BadValue,
    Decode,
    command,
    count,
    decimal,
    duration,
    flag,
    health_test,
    hosts,
    many,
    mode,
    named,
    number,
    of,
    options,
    plain,
    present,
    raw,
    size,
    sparse,
    strings,
    switch,
    text,
    texts,
    unsigned,
)
from dockguard.formats.compose.text.scalars import is_int
from dockguard.formats.compose.text.tree import is_unknown


def _ulimit(data: Any) -> Any:
    if not isinstance(data, dict):
        return count(data)
    return of({"soft": _whole, "hard": _whole})(data)


def _whole(data: Any) -> Any:
    if not (data is None or is_unknown(data) or is_int(data)):
        raise BadValue("Docker Compose crashes here on a number in quotes, and on one that is no 64 bit integer")
    return number(data)


def _network(data: Any) -> Any:
    network = of(
        {
            "aliases": strings,
            "driver_opts": texts,
            "gw_priority": number,
            "interface_name": text,
            "ipv4_address": text,
            "ipv6_address": text,
            "link_local_ips": strings,
            "mac_address": text,
            "priority": number,
        }
    )(data)
    return OMIT if data is None else network


def _device_count(data: Any) -> Any:
    if not (data is None or isinstance(data, str) or is_int(data)):
        raise BadValue("invalid type for device count")
    return -1 if data == "all" else number(data)


def _device_request() -> Decode:
    return of(
        {"capabilities": strings, "driver": text, "count": _device_count, "device_ids": strings, "options": texts}
    )


def _mount(create: Decode) -> Decode:
    return of(
        {
            "type": text,
            "source": text,
            "target": text,
            "read_only": flag,
            "consistency": text,
            "bind": of(
                {"selinux": text, "propagation": text, "create_host_path": create, "recursive": text},
            ),
            "volume": of({"labels": texts, "nocopy": flag, "subpath": text}),
            "tmpfs": of({"size": size, "mode": sparse(unsigned(32))}),
            "image": of({"subpath": text}),
        }
    )


def _create(data: Any) -> Any:
    value = switch(data)
    return OMIT if value is True else value


def _file() -> Decode:
    return of({"source": text, "target": text, "uid": text, "gid": text, "mode": mode})


def _hook(data: Any) -> Any:
    return of({"command": command, "user": text, "privileged": flag, "working_dir": text, "environment": options})(data)


def _blkio() -> Decode:
    path = present(text, "")
    rate = many(of({"path": path, "rate": present(size, "0")}, {"path": "Path", "rate": "Rate"}))
    weight = many(of({"path": path, "weight": present(unsigned(16), 0)}, {"path": "Path", "weight": "Weight"}))
    rates = ("device_read_bps", "device_read_iops", "device_write_bps", "device_write_iops")
    return of({"weight": sparse(unsigned(16)), "weight_device": weight, **dict.fromkeys(rates, rate)})


def _logging() -> Decode:
    return of({"driver": text, "options": texts})


_TEXTS = (
    *("cgroup_parent", "cgroup", "cpuset", "domainname", "hostname", "image", "ipc", "isolation", "mac_address"),
    *("network_mode", "pid", "platform", "pull_policy", "pull_refresh_after", "runtime", "stop_signal", "user"),
    *("userns_mode", "uts", "working_dir"),
)
_LISTS = (
    *("cap_add", "cap_drop", "device_cgroup_rules", "dns", "dns_opt", "dns_search", "label_file"),
    *("security_opt", "tmpfs", "volumes_from"),
)
_NUMBERS = (
    *("cpu_count", "cpu_period", "cpu_quota", "cpu_rt_period", "cpu_rt_runtime", "cpu_shares", "oom_score_adj"),
    "pids_limit",
)
_SIZES = ("mem_limit", "mem_reservation", "memswap_limit", "mem_swappiness", "shm_size")
_FLAGS = ("oom_kill_disable", "privileged", "read_only", "use_api_socket")


@cache
def container() -> dict[str, Decode]:
    """What services and `pre_start` containers share."""
    return {
        **dict.fromkeys(_TEXTS, text),
        **dict.fromkeys(_LISTS, strings),
        **dict.fromkeys(_NUMBERS, number),
        **dict.fromkeys(_SIZES, size),
        **dict.fromkeys(_FLAGS, flag),
        **dict.fromkeys(("annotations", "labels", "sysctls"), texts),
        "group_add": lambda data: [plain(item) for item in data or ()] or OMIT,
        "storage_opt": lambda data: {name: plain(item) for name, item in (data or {}).items()} or OMIT,
        **dict.fromkeys(("cpu_percent", "cpus"), decimal),
        **dict.fromkeys(("command", "entrypoint"), command),
        **dict.fromkeys(("configs", "secrets"), many(_file())),
        "blkio_config": _blkio(),
        "credential_spec": of({"config": text, "file": text, "registry": text}),
        "devices": many(of({"source": text, "target": text, "permissions": text})),
        "environment": options,
        "extra_hosts": hosts,
        "gpus": many(_device_request()),
        "init": switch,
        "logging": _logging(),
        "models": named(of({"endpoint_var": text, "model_var": text})),
        "networks": named(_network),
        "stop_grace_period": duration,
        "ulimits": named(_ulimit),
        "volumes": many(_mount(_create)),
    }


def _build() -> Decode:
    return of(
        {
            "context": text,
            "dockerfile": text,
            "dockerfile_inline": text,
            "entitlements": strings,
            "args": options,
            "provenance": text,
            "sbom": text,
            "ssh": _ssh,
            "labels": texts,
            "cache_from": strings,
            "cache_to": strings,
            "no_cache": flag,
            "no_cache_filter": strings,
            "additional_contexts": texts,
            "pull": flag,
            "extra_hosts": hosts,
            "isolation": text,
            "network": text,
            "target": text,
            "secrets": many(_file()),
            "shm_size": size,
            "tags": strings,
            "ulimits": named(_ulimit),
            "platforms": strings,
            "privileged": flag,
        }
    )


def _deploy() -> Decode:
    update = of(
        {
            "parallelism": _natural,
            "delay": _lasting,
            "failure_action": text,
            "monitor": _lasting,
            "max_failure_ratio": decimal,
            "order": text,
        }
    )
    spec = of({"kind": present(text, ""), "value": present(number, 0)})
    generic = many(of({"discrete_resource_spec": spec}))
    limits = {"cpus": decimal, "memory": size, "pids": number}
    reservations = {**limits, "devices": many(_device_request()), "generic_resources": generic}
    placement = {
        "constraints": strings,
        "preferences": many(of({"spread": text})),
        "max_replicas_per_node": sparse(_natural),
    }
    restart = {"condition": text, "delay": duration, "max_attempts": _natural, "window": duration}
    return of(
        {
            "mode": text,
            "replicas": count,
            "labels": texts,
            "update_config": update,
            "rollback_config": update,
            "resources": _always(of({"limits": of(limits), "reservations": of(reservations)})),
            "restart_policy": of(restart),
            "placement": _always(of(placement)),
            "endpoint_mode": text,
        }
    )


def _natural(data: Any) -> Any:
    if isinstance(data, (int, float)) and data >= 1 << 63:
        return int(data) if data < 1 << 64 else 1 << 63
    value = count(data)
    if isinstance(value, int) and value < 0:
        raise BadValue(f"cannot parse value as 'uint64': {value} overflows uint")
    return value


def _lasting(data: Any) -> Any:
    value = duration(data)
    return OMIT if value == "0s" else value


def _always(decode: Decode) -> Decode:
    return lambda data: decode(data or {})


def _ssh(data: Any) -> Any:
    return [name if path is None else f"{name}={path}" for name, path in (data or {}).items()] or OMIT


def _depends(data: Any) -> Any:
    return of({"condition": text, "restart": flag, "required": switch})(data)


def _develop() -> Decode:
    watch = {
        "path": text,
        "action": text,
        "target": text,
        "exec": lambda data: _hook(data or {}),
        "include": strings,
        "ignore": strings,
        "initial_sync": flag,
    }
    return of({"watch": many(of(watch))})


def _provider_options(data: Any) -> Any:
    options = ((name, strings(item if isinstance(item, list) else [item])) for name, item in (data or {}).items())
    return {name: listed for name, listed in options if listed is not OMIT} or OMIT


_ENV_FILE: dict[str, Decode] = {"path": text, "required": _create, "format": text}


def _health() -> Decode:
    durations = ("timeout", "interval", "start_period", "start_interval")
    return of({"test": health_test, "retries": _natural, "disable": flag, **dict.fromkeys(durations, duration)})


def _port() -> Decode:
    texts = ("name", "mode", "host_ip", "published", "protocol", "app_protocol")
    return of({"target": sparse(unsigned(32)), **dict.fromkeys(texts, text)})


@cache
def service() -> dict[str, Decode]:
    """A service."""
    return {
        **container(),
        **dict.fromkeys(("container_name", "restart"), text),
        **dict.fromkeys(("expose", "external_links", "links", "profiles"), strings),
        **dict.fromkeys(("stdin_open", "tty"), flag),
        "attach": switch,
        "build": _build(),
        "depends_on": named(_depends),
        "deploy": _deploy(),
        "develop": _develop(),
        "healthcheck": _health(),
        "ports": many(_port()),
        "provider": of({"type": text, "options": _provider_options}),
        "scale": count,
        "pre_start": many(of(_hooked())),
        "post_start": many(_hook),
        "pre_stop": many(_hook),
    }


def _hooked() -> dict[str, Decode]:
    """A `pre_start` container, whose long mounts do not get the default of a service's."""
    mounts = many(_mount(lambda data: False if data is None else _create(data)))
    return {**container(), "volumes": mounts, "env_file": many(of(_ENV_FILE)), "per_replica": flag}


def _config(decode: Decode) -> Decode:
    """Content that comes from a variable is not printed."""

    def wrapped(data: Any) -> Any:
        return decode({**data, "content": None} if data and "environment" in data else data)

    return wrapped


@cache
def resources() -> dict[str, Decode]:
    """The top-level resources."""
    pool = {"subnet": text, "gateway": text, "ip_range": text, "aux_addresses": texts}
    ipam = of({"driver": text, "config": many(of(pool)), "options": texts})
    network = {
        "name": text,
        "driver": text,
        "driver_opts": texts,
        "ipam": _always(ipam),
        "external": flag,
        "internal": flag,
        "attachable": flag,
        "labels": texts,
        "enable_ipv4": switch,
        "enable_ipv6": switch,
    }
    volume = {"name": text, "driver": text, "driver_opts": texts, "external": flag, "labels": texts}
    file = {
        "name": text,
        "file": text,
        "environment": text,
        "content": text,
        "external": flag,
        "labels": texts,
        "driver": text,
        "driver_opts": texts,
        "template_driver": text,
    }
    secret = {name: decode for name, decode in file.items() if name != "content"}
    return {"networks": of(network), "volumes": of(volume), "secrets": of(secret), "configs": _config(of(file))}


__all__ = ["container", "raw", "resources", "service"]
