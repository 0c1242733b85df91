"""Random Compose projects over all attributes: bases, overlays, extends, include, `.env`, env files, profiles."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


class Plain(str):
    """A scalar that is written without quotes."""

    __slots__ = ()


class Tagged:
    """A value with a YAML tag."""

    def __init__(self, tag: str, value: Any) -> None:
        self.tag, self.value = tag, value


def yaml(value: Any) -> str:
    """A value in flow style."""
    if isinstance(value, Tagged):
        return f"{value.tag} {yaml(value.value)}"
    if isinstance(value, Plain):
        return str(value)
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {yaml(item)}" for name, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(yaml(item) for item in value) + "]"
    return str(value)


def document(value: dict[str, Any]) -> str:
    """A file: block style for the first three levels, flow below."""
    return _block(value, 0) or "{}\n"


def _block(value: dict[str, Any], level: int) -> str:
    lines = []
    for name, item in value.items():
        if isinstance(item, dict) and item and level < 2:
            lines.append(f"{'  ' * level}{name}:\n{_block(item, level + 1)}")
        else:
            lines.append(f"{'  ' * level}{name}: {yaml(item)}\n")
    return "".join(lines)


@dataclass
class Case:
    """A project on disk, and how Compose is called."""

    files: dict[str, str]
    args: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        shown = "\n".join(f"--- {path}\n{text}" for path, text in self.files.items())
        return f"{shown}\nargs {self.args} environment {self.environment}"


Random = random.Random
SERVICES = ("web", "db", "app")
NAMES = ("A", "B", "C_D")


def pick(r: Random, *items: Any) -> Any:
    return r.choice(items)


def some(r: Random, make: Callable[[Random], Any], most: int = 3) -> list[Any]:
    return [make(r) for _ in range(r.randint(0, most))]


def variable(r: Random, default: str = "x") -> str:
    """A reference to a variable, in some form."""
    name = pick(r, *NAMES, "SET", "EMPTY")
    forms = ("${%s}", "$%s", "${%s:-d}", "${%s-d}", "${%s:+alt}", "${%s+alt}", "${%s:-${SET}}", "x${%s}y", "$$%s")
    if r.random() < 0.05:
        return pick(r, "${%s:?need}", "${%s?need it}") % name
    return pick(r, *forms) % name


def word(r: Random) -> str:
    return variable(r) if r.random() < 0.12 else pick(r, "a", "b", "a=1", "a b", "")


def token(r: Random) -> str:
    return pick(r, "a", "b", "c")


def flag(r: Random) -> Any:
    return pick(
        r, True, False, "true", "false", Plain("yes"), Plain("off"), "${UNSET:-true}", "${UNSET-n}", "${EMPTY:-y}"
    )


def integer(r: Random) -> Any:
    return pick(r, 0, 1, 2, 100, "5", "${UNSET:-3}", Plain("0x10"))


def number(r: Random) -> Any:
    return pick(r, 0, 1, 0.5, Plain("1.50"), "0.25", Plain("2e2"), "${UNSET:-0.1}")


def size(r: Random) -> Any:
    return pick(r, "10m", "1g", Plain("64k"), "1.5gb", 1048576, "0", "512", "20MB", "1 GiB")


def duration(r: Random) -> Any:
    return pick(r, "10s", "1m30s", "90s", "1h", Plain("500ms"), "1.5s", "0s", "100us", "2h3m")


def pairs(r: Random) -> Any:
    """A mapping or a list of `key=value`."""
    if r.random() < 0.5:
        scalars = (word(r), 1, Plain("1.50"), True, None, Plain("yes"), Plain("1e6"), Plain("2024-01-31"))
        return {name: pick(r, *scalars) for name in _keys(r)}
    return list(dict.fromkeys(pick(r, name, f"{name}={word(r)}", f"{name}=") for name in _keys(r)))


def _keys(r: Random) -> list[str]:
    return r.sample(("A", "B", "k", "a.b", "SET"), r.randint(0, 3))


def _args(r: Random) -> Any:
    return pairs(r)


def strings(r: Random) -> Any:
    return r.sample(("a", "b", "c", "d=1"), r.randint(0, 3))


def one_or_many(r: Random) -> Any:
    return pick(r, "a", strings(r), "1.1.1.1")


def command(r: Random) -> Any:
    return pick(
        r,
        None,
        "run it",
        "sh -c 'a b'",
        ["a", "b c"],
        [],
        "echo $$HOME",
        'x "y z" \\t',
        "a; b",
        "echo ${A:-q}",
        "",
        ["${B}"],
        "a > b 2>c",
    )


def port(r: Random) -> Any:
    short = (
        "80",
        80,
        "80:80",
        "8080:80",
        "127.0.0.1:80:80",
        "0.0.0.0:80:80",
        "80:80/udp",
        "8000-8002:9000-9002",
        "9-11",
        "[::1]:80:80",
        "8000-8010:80",
        "${P:-81}:81",
        "127.0.0.1::80",
        Plain("443:443"),
    )
    if r.random() < 0.6:
        return pick(r, *short)
    long: dict[str, Any] = {"target": pick(r, 80, "80", 443)}
    for name, values in (
        ("published", ("80", 80, "8000-8010")),
        ("host_ip", ("127.0.0.1", "0.0.0.0")),
        ("protocol", ("tcp", "udp")),
        ("mode", ("host", "ingress")),
        ("name", ("n",)),
        ("app_protocol", ("http",)),
    ):
        if r.random() < 0.4:
            long[name] = pick(r, *values)
    return long


def volume(r: Random) -> Any:
    short = (
        "data:/data",
        "./a:/data",
        "/abs:/data",
        "/anon",
        "./a:/b:ro",
        "./a:/b:ro,z",
        "data:/data:nocopy",
        "~/x:/h",
        "v:/x",
        "../up:/u:rw",
        "./a:/b/:rshared",
        "data:/s/",
        "${SET:-data}:/v",
        "/x",
        "c:\\\\w:/win",
        "./a/../b:/c",
    )
    if r.random() < 0.6:
        return pick(r, *short)
    kind = pick(r, "bind", "volume", "tmpfs", "npipe")
    long: dict[str, Any] = {"type": kind, "target": pick(r, "/data", "/b", "/t")}
    if kind != "tmpfs":
        long["source"] = "data" if kind == "volume" else pick(r, "./a", "/abs", "../x", "~/y")
    if r.random() < 0.4:
        long["read_only"] = flag(r)
    if kind == "bind" and r.random() < 0.5:
        long["bind"] = pick(r, {"propagation": "rshared"}, {"create_host_path": flag(r)}, {"selinux": "z"}, {})
    if kind == "volume" and r.random() < 0.5:
        long["volume"] = pick(r, {"nocopy": flag(r)}, {"subpath": "s"}, {"labels": pairs(r)}, {})
    if kind == "tmpfs" and r.random() < 0.7:
        long["tmpfs"] = pick(r, {"size": size(r)}, {"mode": pick(r, Plain("0755"), 493)}, {})
    return long


def file_mount(name: str) -> Callable[[Random], Any]:
    def make(r: Random) -> Any:
        if r.random() < 0.5:
            return name
        long: dict[str, Any] = {"source": name}
        for key, values in (
            ("target", ("/t", "t")),
            ("uid", ("1",)),
            ("mode", (Plain("0440"), 288, Plain("0o400"), "0440", "440")),
        ):
            if r.random() < 0.4:
                long[key] = pick(r, *values)
        return long

    return make


def device(r: Random) -> Any:
    return pick(r, "/dev/a", "/dev/a:/dev/b", "/dev/a:/dev/b:r", {"source": "/dev/a", "target": "/dev/c"}, "v/d=x")


def ulimits(r: Random) -> Any:
    return {
        name: pick(r, 1, "2", {"soft": 1, "hard": 2}, {"soft": "3", "hard": 4})
        for name in ("nofile", "nproc")[: r.randint(0, 2)]
    }


def hosts(r: Random) -> Any:
    return pick(
        r,
        ["a:1.1.1.1"],
        ["a=1.1.1.1", "b=[::1]"],
        {"a": "1.1.1.1"},
        {"a": ["1.1.1.1", "2.2.2.2"], "b": "::1"},
        ["a:1.1.1.1", "a:2.2.2.2"],
        [],
        ["h:host-gateway"],
    )


def networks(r: Random) -> Any:
    if r.random() < 0.4:
        return r.sample(("default", "back"), r.randint(0, 2))
    options = (
        None,
        {"aliases": strings(r)},
        {"ipv4_address": "1.2.3.4", "priority": integer(r)},
        {"driver_opts": {"a": 1}},
        {"link_local_ips": ["a"], "mac_address": "02:42:ac:11:00:02"},
        {"gw_priority": 3, "interface_name": "eth9"},
        {},
    )
    return {name: pick(r, *options) for name in r.sample(("default", "back"), r.randint(0, 2))}


def depends_on(r: Random) -> Any:
    names = r.sample(("db", "helper"), r.randint(0, 2))
    if r.random() < 0.5:
        return [name for name in names if name == "helper"]
    conditions = ("service_started", "service_healthy", "service_completed_successfully")
    found = {}
    for name in names:
        found[name] = {"condition": pick(r, *conditions)}
        if r.random() < 0.3:
            found[name]["restart"] = flag(r)
        if r.random() < 0.3:
            found[name]["required"] = flag(r)
    return {name: item for name, item in found.items() if name == "helper"}


def build(r: Random) -> Any:
    if r.random() < 0.25:
        return pick(r, ".", "./ctx", "../up", "https://github.com/a/b.git#main", "/abs")
    parts: dict[str, Callable[[Random], Any]] = {
        "context": lambda r: pick(r, ".", "./ctx", "https://github.com/a/b.git", "${SET:-.}"),
        "dockerfile": lambda r: pick(r, "Dockerfile.x", "../D"),
        "args": _args,
        "labels": pairs,
        "target": token,
        "cache_from": strings,
        "cache_to": strings,
        "no_cache": flag,
        "pull": flag,
        "network": token,
        "shm_size": size,
        "extra_hosts": hosts,
        "tags": strings,
        "platforms": strings,
        "privileged": flag,
        "isolation": token,
        "entitlements": strings,
        "secrets": lambda r: some(r, file_mount("s1"), 1),
        "ulimits": ulimits,
        "additional_contexts": lambda r: pick(r, {"a": "./x"}, ["a=./x", "b=docker-image://y"], {"c": "service:db"}),
        "provenance": lambda r: pick(r, True, "mode=max"),
        "sbom": lambda r: pick(r, False, "true"),
        "no_cache_filter": lambda r: pick(r, "a", ["a", "b"]),
        "ssh": lambda r: pick(r, ["default"], {"default": None}),
    }
    return _filled(r, parts, 0.18)


def _filled(r: Random, parts: dict[str, Callable[[Random], Any]], chance: float) -> dict[str, Any]:
    return {name: make(r) for name, make in parts.items() if r.random() < chance}


def healthcheck(r: Random) -> Any:
    return _filled(
        r,
        {
            "test": lambda r: pick(r, "curl x", ["CMD", "a"], ["CMD-SHELL", "b"], ["NONE"], "NONE", ["bad"]),
            "interval": duration,
            "timeout": duration,
            "retries": integer,
            "start_period": duration,
            "start_interval": duration,
            "disable": flag,
        },
        0.35,
    )


def logging(r: Random) -> Any:
    return _filled(
        r,
        {
            "driver": lambda r: pick(r, "json-file", "none"),
            "options": lambda r: pick(r, {"max-size": "1m"}, {"a": 1, "b": "x"}, {}),
        },
        0.6,
    )


def deploy(r: Random) -> Any:
    update = {
        "parallelism": integer,
        "delay": duration,
        "failure_action": token,
        "monitor": duration,
        "max_failure_ratio": number,
        "order": lambda r: pick(r, "start-first", "stop-first"),
    }
    limits = {"cpus": number, "memory": lambda r: pick(r, "50m", "1g"), "pids": integer}

    def request(r):
        return [
            {"capabilities": ["gpu"], **_filled(r, {"count": lambda r: pick(r, 1, "all", "2"), "driver": token}, 0.5)}
        ]

    return _filled(
        r,
        {
            "mode": lambda r: pick(r, "replicated", "global"),
            "endpoint_mode": token,
            "replicas": integer,
            "labels": pairs,
            "update_config": lambda r: _filled(r, update, 0.4),
            "rollback_config": lambda r: _filled(r, update, 0.3),
            "resources": lambda r: _filled(
                r,
                {
                    "limits": lambda r: _filled(r, limits, 0.5),
                    "reservations": lambda r: _filled(
                        r,
                        {
                            "cpus": number,
                            "memory": lambda r: "20m",
                            "devices": request,
                            "generic_resources": lambda r: [{"discrete_resource_spec": {"kind": "g", "value": 2}}],
                        },
                        0.4,
                    ),
                },
                0.5,
            ),
            "restart_policy": lambda r: _filled(
                r, {"condition": token, "delay": duration, "max_attempts": integer, "window": duration}, 0.5
            ),
            "placement": lambda r: _filled(
                r,
                {
                    "constraints": strings,
                    "preferences": lambda r: [{"spread": "x"}],
                    "max_replicas_per_node": integer,
                },
                0.5,
            ),
        },
        0.3,
    )


def hook(r: Random) -> Any:
    return {
        "command": command(r) or "x",
        **_filled(r, {"user": token, "privileged": flag, "working_dir": token, "environment": pairs}, 0.4),
    }


def prepared(r: Random) -> Any:
    """A container that runs before the service, and takes over what the service says."""
    parts: dict[str, Callable[[Random], Any]] = {
        "dns": one_or_many,
        "extra_hosts": hosts,
        "tmpfs": lambda r: pick(r, "/t", ["/t"]),
        "ulimits": ulimits,
        "per_replica": flag,
        "secrets": lambda r: some(r, file_mount("s1"), 1),
        "volumes": lambda r: pick(r, ["./x:/y/"], [{"type": "bind", "source": "./x", "target": "/y/", "bind": {}}]),
    }
    return {**hook(r), "image": "i", **_filled(r, parts, 0.25)}


def provider(r: Random) -> Any:
    options = {"a": pick(r, 1, "x", True, 1.5), "b": pick(r, [], ["a", 1, False])}
    return {"type": pick(r, "cloud", ""), **({"options": options} if r.random() < 0.6 else {})}


def blkio(r: Random) -> Any:
    rate = lambda r: [pick(r, {"path": "/dev/a", "rate": pick(r, 10, "1mb")}, {"path": "/dev/b"}, {})]  # noqa: E731
    return _filled(
        r,
        {
            "weight": lambda r: pick(r, 10, 300),
            "weight_device": lambda r: [{"path": "/dev/a", "weight": 5}],
            "device_read_bps": rate,
            "device_write_iops": rate,
        },
        0.5,
    )


def gpus(r: Random) -> Any:
    return pick(r, "all", [{"driver": "nvidia", "count": 1}], [{"capabilities": ["gpu"], "device_ids": ["0"]}])


def develop(r: Random) -> Any:
    watch = {"path": "./src", "action": pick(r, "sync", "rebuild", "sync+restart"), "target": "/t"}
    extra = _filled(r, {"ignore": one_or_many, "initial_sync": lambda r: True, "exec": hook}, 0.3)
    return {"watch": [{**watch, **extra}]}


ATTRIBUTES: dict[str, Callable[[Random], Any]] = {
    "annotations": pairs,
    "attach": flag,
    "blkio_config": blkio,
    "build": build,
    "cap_add": strings,
    "cap_drop": strings,
    "cgroup": lambda r: pick(r, "host", "private"),
    "cgroup_parent": token,
    "command": command,
    "configs": lambda r: some(r, file_mount("c1"), 2),
    "container_name": lambda r: pick(r, "cn", "other"),
    "cpu_count": integer,
    "cpu_percent": lambda r: pick(r, 10, "50"),
    "cpu_shares": integer,
    "cpu_quota": integer,
    "cpu_period": integer,
    "cpu_rt_period": integer,
    "cpu_rt_runtime": integer,
    "cpus": number,
    "cpuset": token,
    "credential_spec": lambda r: {"file": "./c.json"},
    "depends_on": depends_on,
    "deploy": deploy,
    "develop": develop,
    "device_cgroup_rules": strings,
    "devices": lambda r: some(r, device, 2),
    "dns": one_or_many,
    "dns_opt": strings,
    "dns_search": one_or_many,
    "domainname": token,
    "entrypoint": command,
    "env_file": lambda r: pick(
        r,
        "a.env",
        ["a.env", "b.env"],
        [{"path": "b.env"}],
        [{"path": "missing.env", "required": False}],
        ["a.env", {"path": "a.env", "required": True}],
        "${SET:-b}.env",
        [{"path": "raw.env", "format": "raw"}],
    ),
    "environment": pairs,
    "expose": lambda r: pick(r, [80], ["80", "90-91"], [80, "80"], ["443/udp"]),
    "external_links": strings,
    "extra_hosts": hosts,
    "gpus": gpus,
    "group_add": lambda r: pick(r, ["a"], [1, "b"], [100]),
    "healthcheck": healthcheck,
    "hostname": token,
    "init": flag,
    "ipc": lambda r: pick(r, "host", "shareable"),
    "isolation": token,
    "label_file": lambda r: pick(r, "l.env", ["l.env"]),
    "labels": pairs,
    "links": lambda r: pick(r, ["helper"], ["helper:h"]),
    "logging": logging,
    "mac_address": lambda r: "02:42:ac:11:65:43",
    "mem_limit": size,
    "mem_reservation": lambda r: pick(r, "10m", 1000),
    "mem_swappiness": integer,
    "memswap_limit": lambda r: pick(r, -1, "-1", "2g", 0),
    "models": lambda r: pick(r, ["m1"], {"m1": None}, {"m1": {}}, {"m1": {"endpoint_var": "X"}}),
    "network_mode": lambda r: pick(r, "host", "none", "service:helper"),
    "networks": networks,
    "oom_kill_disable": flag,
    "oom_score_adj": integer,
    "pid": lambda r: pick(r, "host", "service:helper"),
    "pids_limit": integer,
    "platform": token,
    "ports": lambda r: some(r, port, 3),
    "post_start": lambda r: some(r, hook, 1),
    "pre_start": lambda r: [prepared(r)],
    "pre_stop": lambda r: some(r, hook, 1),
    "privileged": flag,
    "profiles": lambda r: pick(r, ["p1"], ["p1", "p2"], [], [""]),
    "provider": provider,
    "pull_policy": lambda r: pick(r, "always", "never", "missing", "if_not_present", "daily"),
    "read_only": flag,
    "restart": lambda r: pick(r, "no", "always", "on-failure:3"),
    "runtime": token,
    "scale": lambda r: pick(r, 0, 1),
    "secrets": lambda r: some(r, file_mount("s1"), 2),
    "security_opt": strings,
    "shm_size": size,
    "stdin_open": flag,
    "stop_grace_period": duration,
    "stop_signal": token,
    "storage_opt": lambda r: {"size": "1G"},
    "sysctls": pairs,
    "tmpfs": lambda r: pick(r, "/t", ["/t", "/u:size=1m"], ["/t:exec"]),
    "tty": flag,
    "ulimits": ulimits,
    "use_api_socket": lambda r: pick(r, True, False),
    "user": lambda r: pick(r, "root", "1000:1000", "${A:-u}"),
    "userns_mode": lambda r: "host",
    "uts": lambda r: "host",
    "volumes": lambda r: some(r, volume, 3),
    "volumes_from": lambda r: pick(r, ["helper"], ["helper:ro", "container:x"]),
    "working_dir": token,
    "x-extra": word,
}


def service(r: Random, image: bool, chance: float = 0.07) -> dict[str, Any]:
    """Some attributes; `image` makes it able to run."""
    found: dict[str, Any] = {"image": pick(r, "i:1", "i:${SET}")} if image else {}
    found |= {name: make(r) for name, make in ATTRIBUTES.items() if r.random() < chance}
    return found


def weird(r: Random, item: dict[str, Any], known: Any = ()) -> dict[str, Any]:
    """What only overlays say: nulls, empties, `!reset`, `!override`."""
    for name in known:
        if name not in item and r.random() < 0.04:
            item[name] = None
    for name in list(item):
        dice = r.random()
        if dice < 0.01:
            item[name] = None
        elif dice < 0.10:
            item[name] = Tagged("!reset", pick(r, None, [], {}))
        elif dice < 0.15:
            item[name] = Tagged("!override", item[name])
    return item


def resources(r: Random) -> dict[str, Any]:
    """Top-level sections that services refer to."""
    network = lambda r: pick(  # noqa: E731
        r,
        None,
        {},
        {"internal": flag(r)},
        {"driver": "bridge", "driver_opts": {"a": 1}},
        {"external": True, "name": "ext"},
        {"external": True},
        {"labels": pairs(r)},
        {"ipam": {"driver": "d", "config": [{"subnet": pick(r, "10.0.0.0/24", "10.1.0.0/24"), "gateway": "10.0.0.1"}]}},
        {"enable_ipv6": flag(r), "attachable": flag(r), "name": "n"},
    )
    disk = lambda r: pick(  # noqa: E731
        r,
        None,
        {},
        {"driver": "local", "driver_opts": {"type": "none", "o": "bind", "device": pick(r, "./d", "/abs")}},
        {"external": True},
        {"name": "given"},
        {"labels": pairs(r)},
        {"driver_opts": {"a": 1}},
    )

    def secret(r):
        return pick(
            r, {"file": "./s.txt"}, {"environment": "SET"}, {"external": True}, {"file": "/abs", "labels": pairs(r)}
        )

    def config(r):
        return pick(
            r, {"file": "./c.txt"}, {"content": "x ${A:-1}"}, {"environment": "SET"}, {"external": True, "name": "e"}
        )

    return {
        "networks": {"back": network(r)},
        "volumes": {"data": disk(r)},
        "secrets": {"s1": secret(r)},
        "configs": {"c1": config(r)},
        "models": {"m1": {"model": "ai/x"}},
    }


def overlay_resources(r: Random) -> dict[str, Any]:
    return {
        section: weird(r, entries, entries)
        for section, entries in resources(r).items()
        if section != "models" and r.random() < (0.2 if section in ("networks", "volumes") else 0.04)
    }


ENV_LINES = (
    "A=1",
    "B=two words",
    "SET=set",
    "EMPTY=",
    'Q="quo ted" # c',
    "S='si$A'",
    "export E=x",
    "Y: yaml",
    "R=${A}r",
    "N=a # comment",
    "H=a#b",
    'M="multi\nline"',
    "  SP = sp",
    'ESC="a\\nb\\tc"',
    "# comment",
    "D=${UNSET:-dd}",
    'DQ="${A:-1}"',
    "BARE",
)


def env_text(r: Random) -> str:
    return "\n".join(r.sample(ENV_LINES, r.randint(0, 6))) + pick(r, "", "\n")


def case(r: Random) -> Case:
    """One project."""
    base: dict[str, Any] = {**({"name": pick(r, "pro", "My_App")} if r.random() < 0.2 else {})}
    services = {"helper": {"image": "h"}}
    for name in SERVICES[: r.randint(1, 3)]:
        services[name] = service(r, True)
    base["services"] = services
    base |= resources(r)
    files: dict[str, str] = {}
    found = Case(files)
    _extends(r, base, files)
    _include(r, base, files)
    _anchors(r, base)
    files["compose.yaml"] = document(base) + _second_document(r)
    _overlays(r, services, found)
    files["a.env"], files["b.env"] = env_text(r), env_text(r)
    files["raw.env"] = 'RAW="q" # c\n  X=$A\nNONE\nE=\n'
    files["l.env"] = "la=1\nlb=${A}\n"
    files["l2.env"] = ""
    if r.random() < 0.5:
        files[".env"] = env_text(r)
    if r.random() < 0.3:
        found.environment = {name: pick(r, "", "env", "2") for name in r.sample((*NAMES, "SET", "EMPTY"), 2)}
    if r.random() < 0.5:
        found.args += pick(r, ["--profile", "*"], ["--profile", "p1"])
    return found


def _second_document(r: Random) -> str:
    if r.random() > 0.06:
        return ""
    return "---\n" + document({"services": {"web": weird(r, service(r, False, 0.05))}})


def _overlays(r: Random, services: dict[str, Any], found: Case) -> None:
    names = []
    for index in range(pick(r, 0, 1, 1, 1, 2)):
        over: dict[str, Any] = {"services": {}}
        for name in services:
            if r.random() < 0.7:
                over["services"][name] = weird(r, service(r, r.random() < 0.1), services[name])
        if r.random() < 0.1:
            over["services"]["extra"] = service(r, True)
        if r.random() < 0.03:
            over["services"]["db"] = Tagged("!reset", None)
        over |= overlay_resources(r)
        if not over["services"]:
            over.pop("services")
        name = "compose.override.yaml" if index == 0 and r.random() < 0.6 else f"over{index}.yaml"
        found.files[name] = document(over) if over else "{}\n"
        names.append(name)
    if any(not name.startswith("compose") for name in names):
        found.args += [part for name in ("compose.yaml", *names) for part in ("-f", name)]


def _extends(r: Random, base: dict[str, Any], files: dict[str, str]) -> None:
    if r.random() < 0.35:
        child = r.choice(list(base["services"]))
        if child != "helper":
            base["services"]["parent"] = service(r, True)
            base["services"][child]["extends"] = pick(r, "parent", {"service": "parent"})
            weird(r, base["services"][child])
    if r.random() < 0.25:
        other = {"services": {"far": service(r, True), "helper": {"image": "h"}}}
        if r.random() < 0.4:
            other["services"]["grand"] = service(r, True)
            other["services"]["far"]["extends"] = {"service": "grand"}
        folder = pick(r, "", "sub/")
        files[f"{folder}common.yaml"] = document(other)
        files.setdefault(f"{folder}a.env", env_text(r))
        for name in ("b.env", "raw.env", "l.env"):
            files.setdefault(f"{folder}{name}", "Z=1\n")
        base["services"]["child"] = {
            **weird(r, service(r, False)),
            "extends": {"file": f"{pick(r, '', './')}{folder}common.yaml", "service": "far"},
        }


def _include(r: Random, base: dict[str, Any], files: dict[str, str]) -> None:
    if r.random() > 0.25:
        return
    inner: dict[str, Any] = {"services": {"inc": service(r, True), "helper": {"image": "h"}}, **resources(r)}
    if r.random() < 0.3:
        inner["services"]["web"] = service(r, True)
    folder = pick(r, "", "inc/")
    files[f"{folder}part.yaml"] = document(inner)
    for name in ("a.env", "b.env", "raw.env", "l.env"):
        files.setdefault(f"{folder}{name}", "Z=1\n")
    if folder and r.random() < 0.5:
        files["inc/.env"] = env_text(r)
    forms: list[Any] = [f"{folder}part.yaml", {"path": f"{folder}part.yaml"}]
    forms.append({"path": f"{folder}part.yaml", "project_directory": pick(r, ".", "inc")})
    forms.append({"path": [f"{folder}part.yaml"], "env_file": pick(r, "a.env", ["b.env"])})
    if r.random() < 0.3:
        files[f"{folder}part2.yaml"] = document({"services": {"inc": weird(r, service(r, False))}})
        forms.append({"path": [f"{folder}part.yaml", f"{folder}part2.yaml"]})
    for name in ("a.env", "b.env", "raw.env", "l.env"):
        files.setdefault(f"inc/{name}", "Z=1\n")
    base["include"] = [r.choice(forms)]


def _anchors(r: Random, base: dict[str, Any]) -> None:
    if r.random() > 0.2:
        return
    shared = service(r, False, 0.04)
    services = base.pop("services")
    base["x-shared"] = Plain("&shared " + yaml(shared))
    name = r.choice(list(services))
    services[name] = {"<<": Plain("*shared"), **services[name]}
    base["services"] = services
