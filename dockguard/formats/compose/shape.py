"""The fields of Docker Compose's model and their types (compose-go's `types`), for printing it."""

from __future__ import annotations

from functools import cache
from typing import Any

from dockguard.formats.compose.render import (
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
    maybe,
    mode,
    named,
    number,
    of,
    options,
    raw,
    size,
    strings,
    switch,
    text,
    texts,
)


def _ulimit(data: Any) -> Any:
    if not isinstance(data, dict):
        return count(data)
    return of({"soft": number, "hard": number})(data)


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
    return -1 if data == "all" else number(data)


def _device_request() -> Decode:
    return of(
        {"capabilities": strings, "driver": text, "count": _device_count, "device_ids": strings, "options": texts}
    )


def _mount() -> Decode:
    return of(
        {
            "type": text,
            "source": text,
            "target": text,
            "read_only": flag,
            "consistency": text,
            "bind": of(
                {"selinux": text, "propagation": text, "create_host_path": _create, "recursive": text},
            ),
            "volume": of({"labels": texts, "nocopy": flag, "subpath": text}),
            "tmpfs": of({"size": size, "mode": number}),
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
    rate = many(of({"path": text, "rate": size}, {"path": "Path", "rate": "Rate"}))
    weight = many(of({"path": text, "weight": _weight}, {"path": "Path", "weight": "Weight"}))
    rates = ("device_read_bps", "device_read_iops", "device_write_bps", "device_write_iops")
    return of({"weight": _weight, "weight_device": weight, **dict.fromkeys(rates, rate)})


def _weight(data: Any) -> Any:
    if isinstance(data, str):
        raise BadValue("expected type 'uint16', got unconvertible type 'string'")
    return number(data)


def _logging() -> Decode:
    return of({"driver": text, "options": texts})


@cache
def container() -> dict[str, Decode]:
    """What services and `pre_start` containers share."""
    return {
        "annotations": texts,
        "blkio_config": _blkio(),
        "cap_add": strings,
        "cap_drop": strings,
        "cgroup_parent": text,
        "cgroup": text,
        "cpu_count": number,
        "cpu_percent": decimal,
        "cpu_period": number,
        "cpu_quota": number,
        "cpu_rt_period": number,
        "cpu_rt_runtime": number,
        "cpus": decimal,
        "cpuset": text,
        "cpu_shares": number,
        "command": command,
        "configs": many(_file()),
        "credential_spec": of({"config": text, "file": text, "registry": text}),
        "device_cgroup_rules": strings,
        "devices": many(of({"source": text, "target": text, "permissions": text})),
        "dns": strings,
        "dns_opt": strings,
        "dns_search": strings,
        "domainname": text,
        "entrypoint": command,
        "environment": options,
        "extra_hosts": hosts,
        "group_add": strings,
        "gpus": many(_device_request()),
        "hostname": text,
        "image": text,
        "init": switch,
        "ipc": text,
        "isolation": text,
        "label_file": strings,
        "labels": texts,
        "logging": _logging(),
        "mem_limit": size,
        "mem_reservation": size,
        "memswap_limit": size,
        "mem_swappiness": size,
        "mac_address": text,
        "models": named(maybe(of({"endpoint_var": text, "model_var": text}))),
        "network_mode": text,
        "networks": named(_network),
        "oom_kill_disable": flag,
        "oom_score_adj": number,
        "pid": text,
        "pids_limit": number,
        "platform": text,
        "privileged": flag,
        "pull_policy": text,
        "pull_refresh_after": text,
        "read_only": flag,
        "runtime": text,
        "secrets": many(_file()),
        "security_opt": strings,
        "shm_size": size,
        "stop_grace_period": duration,
        "stop_signal": text,
        "storage_opt": texts,
        "sysctls": texts,
        "tmpfs": strings,
        "ulimits": named(_ulimit),
        "use_api_socket": flag,
        "user": text,
        "userns_mode": text,
        "uts": text,
        "volumes": many(_mount()),
        "volumes_from": strings,
        "working_dir": text,
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
            "parallelism": count,
            "delay": _lasting,
            "failure_action": text,
            "monitor": _lasting,
            "max_failure_ratio": decimal,
            "order": text,
        }
    )
    generic = many(of({"discrete_resource_spec": of({"kind": text, "value": count})}))
    limits = {"cpus": decimal, "memory": size, "pids": number}
    reservations = {**limits, "devices": many(_device_request()), "generic_resources": generic}
    placement = {
        "constraints": strings,
        "preferences": many(of({"spread": text})),
        "max_replicas_per_node": number,
    }
    restart = {"condition": text, "delay": duration, "max_attempts": count, "window": duration}
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
    return {name: strings(item if isinstance(item, list) else [item]) for name, item in (data or {}).items()} or OMIT


_ENV_FILE: dict[str, Decode] = {"path": text, "required": _create, "format": text}


@cache
def service() -> dict[str, Decode]:
    """A service."""
    health = {
        "test": health_test,
        "timeout": duration,
        "interval": duration,
        "retries": count,
        "start_period": duration,
        "start_interval": duration,
        "disable": flag,
    }
    port = {
        "name": text,
        "mode": text,
        "host_ip": text,
        "target": number,
        "published": text,
        "protocol": text,
        "app_protocol": text,
    }
    return {
        **container(),
        "profiles": strings,
        "attach": switch,
        "build": _build(),
        "container_name": text,
        "depends_on": named(_depends),
        "deploy": _deploy(),
        "develop": _develop(),
        "expose": strings,
        "external_links": strings,
        "healthcheck": of(health),
        "links": strings,
        "ports": many(of(port)),
        "provider": of({"type": text, "options": _provider_options}),
        "restart": text,
        "scale": count,
        "stdin_open": flag,
        "tty": flag,
        "pre_start": many(of({**container(), "env_file": many(of(_ENV_FILE)), "per_replica": switch})),
        "post_start": many(_hook),
        "pre_stop": many(_hook),
    }


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
