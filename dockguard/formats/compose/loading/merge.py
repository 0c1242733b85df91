"""How one file overrides another: the merge of every attribute, and the lists that hold each key once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from dockguard.formats.compose.loading.short import parse_volume
from dockguard.formats.compose.text.scalars import go_text
from dockguard.formats.compose.text.tree import Path, Table, Value, made
from dockguard.source import Via

Refuse = Callable[[Value, Path, str], None]
Notice = Callable[[Value, Value, Path], None]
Special = Callable[["Merge", Value, Value, Path], Value]


class Merge:
    """compose-go's `override.Merge` and `EnforceUnicity`.

    `refuse(value, path, message)` hears of what Docker Compose stops at; `noop(over, base, path)` of a null, an empty
    list or an empty mapping that somebody wrote over something, which clears nothing; `repeated` of an item of a list
    that the base holds already.
    """

    def __init__(self, refuse: Refuse, noop: Notice | None = None, repeated: Notice | None = None) -> None:
        self.refuse = refuse
        self.noop = noop
        self.repeated = repeated

    def __call__(self, base: Value, over: Value, path: Path = ()) -> Value:
        """`base` with `over` on top of it; `path` is where both stand."""
        table: Table | None = _specials()
        for name in path:
            table = table.down(name) if table is not None else None
        return self._merge(base, over, path, table)

    def _merge(self, base: Value, over: Value, path: Path, table: Table | None) -> Value:
        self.look(base, over, path, table)
        if table is not None and table.entry is not None:
            special: Special = table.entry
            return special(self, base, over, path)
        if over.data is None:
            return base
        if base.is_map and over.is_map:
            return self.mappings(base, over, path, table)
        if base.is_list and over.is_list:
            return joined(base, over, base.data + self._others(base, over, path))
        if base.is_map or base.is_list:
            self.refuse(over, path, f"cannot override {'.'.join(path)}")
            return base
        return replaced(base, over)

    def look(self, base: Value, over: Value, path: Path, table: Table | None) -> None:
        """Tell of a value that was meant to clear something and does not."""
        nothing = over.data is None or over.data in ([], {})
        replaces = table is not None and table.entry is _replace
        if nothing and self.noop is not None and base.data not in (None, [], {}) and not replaces:
            self.noop(over, base, path)

    def _others(self, base: Value, over: Value, path: Path) -> list[Value]:
        """The newer items that the older list does not hold already."""
        known = [item.plain() for item in base.data]
        if self.repeated is not None:
            for item in over.data:
                if item.plain() in known:
                    self.repeated(item, base.data[known.index(item.plain())], path)
        return [item for item in over.data if item.plain() not in known]

    def mappings(self, base: Value, over: Value, path: Path, table: Table | None) -> Value:
        """Two mappings, key by key."""
        entries = dict(base.data)
        for name, value in over.data.items():
            mine = entries.get(name)
            down = table.down(name) if table is not None else None
            entries[name] = value if mine is None else self._merge(mine, value, (*path, name), down)
        return joined(base, over, entries)


def replaced(base: Value, over: Value) -> Value:
    """The newer of two values, which remembers the older one."""
    return Value(over.data, over.span, over.key, Via(base.place, "overrides this", over.via), over.direct)


def joined(base: Value, over: Value, data: Any) -> Value:
    """What two files say together. Its place is the first one's: there the attribute begins to exist."""
    if not over.data:
        return base.with_data(data)
    return Value(data, base.span, base.key, Via(over.place, "extended here", base.via), base.direct)


def _replace(_: Merge, base: Value, over: Value, __: Path) -> Value:
    return replaced(base, over)


def _sequence(_: Merge, base: Value, over: Value, __: Path) -> Value:
    return joined(base, over, as_list(base) + as_list(over))


def _hosts(merge: Merge, base: Value, over: Value, path: Path) -> Value:
    left = as_list(base)
    if base.is_map and not left and not as_list(over):
        merge.refuse(over, path, f"{'.'.join(path)} must be a mapping")  # of two empty ones it makes nothing
        return base
    known = {item.data for item in left if isinstance(item.data, str)}
    return joined(base, over, left + [item for item in as_list(over) if item.data not in known])


def _files(_: Merge, base: Value, over: Value, __: Path) -> Value:
    """Each once, but for what the base has more than once."""
    left = as_list(base)
    more: dict[str, Value] = {}
    for item in as_list(over):
        more.setdefault(item.text, item)
    return joined(base, over, left + [more[name] for name in more if name not in {item.text for item in left}])


def as_list(value: Value) -> list[Value]:
    """A mapping as its sorted `key=value` strings, a string as a list of one."""
    if value.is_list:
        return value.list
    if isinstance(value.data, str):
        return [value.under(None)]
    return sorted(_pairs(value), key=lambda item: item.text)


def _pairs(value: Value) -> list[Value]:
    pairs = []
    for name, item in value.map.items():
        for part in item.data if item.is_list else [item]:
            text = name if item.data is None else f"{name}={go_text(part.data)}"
            pairs.append(Value(text, part.span, item.key, part.via, part.direct))
    return pairs


def as_map(value: Value, default: dict[str, Any] | None = None) -> Value:
    """A list of names as a mapping from each to nothing, or to a copy of the default."""
    if not value.is_list:
        return value if value.is_map else value.with_data({})
    entries = {}
    for item in value.data:
        if isinstance(item.data, str):
            filled = None if default is None else {name: made(part, item) for name, part in default.items()}
            entries[item.data] = Value(filled, item.span, item.span, item.via, direct=False)
    return value.with_data(entries)


def _mapping(merge: Merge, base: Value, over: Value, path: Path) -> Value:
    return merge.mappings(as_map(base), as_map(over), path, None)


STARTED = {"condition": "service_started", "required": True}


def _depends_on(merge: Merge, base: Value, over: Value, path: Path) -> Value:
    return merge.mappings(as_map(base, STARTED), as_map(over, STARTED), path, None)


def _build(merge: Merge, base: Value, over: Value, path: Path) -> Value:
    table: Table | None = _specials()
    for name in path:
        table = table.down(name) if table is not None else None
    return merge.mappings(_as_build(base), _as_build(over), path, table)


def _as_build(value: Value) -> Value:
    if isinstance(value.data, str):
        return value.with_data({"context": value.under(None)})
    return value if value.is_map else value.with_data({})


def _ulimit(merge: Merge, base: Value, over: Value, path: Path) -> Value:
    return merge.mappings(base, over, path, None) if base.is_map and over.is_map else replaced(base, over)


def _logging(merge: Merge, base: Value, over: Value, path: Path) -> Value:
    if not base.is_map or not over.is_map:
        merge.refuse(over, path, f"{'.'.join(path)}: cannot merge logging: expected a mapping")
        return base
    old, new = base.map.get("driver"), over.map.get("driver")
    if old is None or new is None or old.data == new.data:
        return merge.mappings(base, over, path, None)
    return replaced(base, over)


def _ipam(merge: Merge, base: Value, over: Value, path: Path) -> Value:
    if not base.is_list or not over.is_list:
        merge.refuse(over, path, f"{'.'.join(path)}: unexpected type")
        return base
    pools: list[_Pool] = []
    for item in base.data:
        mine = _Pool(as_map(item))
        for other in over.data:
            _pool(merge, pools, mine, other, path)
    if not pools:
        merge.refuse(over, path, f"{'.'.join(path)} must be a list")  # Docker Compose makes nothing of an empty one
    return joined(base, over, [pool.value for pool in pools])


class _Pool:
    """One of the base, which Docker Compose goes on changing after it has put it into the list."""

    __slots__ = ("value",)

    def __init__(self, value: Value) -> None:
        self.value = value

    @property
    def subnet(self) -> Any:
        """What tells pools apart; None where it has none."""
        subnet = self.value.map.get("subnet")
        return None if subnet is None else subnet.data


def _pool(merge: Merge, pools: list[_Pool], mine: _Pool, item: Value, path: Path) -> None:
    other = _Pool(as_map(item))
    if mine.subnet != other.subnet and other.subnet not in [pool.subnet for pool in pools]:
        pools.append(other)
        return
    mine.value = merge.mappings(mine.value, other.value, path, None)
    subnets = [pool.subnet for pool in pools]
    if mine.subnet in subnets:
        pools[subnets.index(mine.subnet)] = mine
    else:
        pools.append(mine)


_SERVICE_SPECIALS: dict[str, Special] = {
    **dict.fromkeys(("command", "entrypoint", "healthcheck.test"), _replace),
    **dict.fromkeys(("annotations", "environment", "labels", "sysctls", "deploy.labels"), _sequence),
    **dict.fromkeys(("build.args", "build.additional_contexts", "build.labels"), _sequence),
    **dict.fromkeys(("dns", "dns_opt", "dns_search", "env_file", "tmpfs"), _sequence),
    "label_file": _files,
    "ulimits.*": _ulimit,
    **dict.fromkeys(("networks", "models"), _mapping),
    **dict.fromkeys(("extra_hosts", "build.extra_hosts"), _hosts),
    "build": _build,
    "depends_on": _depends_on,
    "logging": _logging,
}


_LABELLED = ("networks", "volumes", "secrets", "configs")


@cache
def _specials() -> Table:
    """compose-go's `override/merge.go`."""
    services = {f"services.*.{path}": special for path, special in _SERVICE_SPECIALS.items()}
    labels: dict[str, Special] = {f"{section}.*.labels": _sequence for section in _LABELLED}
    return Table.of({**services, **labels, "networks.*.ipam.config": _ipam})


# --- lists that hold each key once -----------------------------------------------------------------------------------

Indexer = Callable[[Value], "str | None"]


def _by_name(item: Value) -> str | None:
    return item.data.partition("=")[0] if isinstance(item.data, str) else None


def _by_target(item: Value) -> str | None:
    if item.is_map:
        target = item.map.get("target")
        return target.data if target is not None and isinstance(target.data, str) else None
    try:
        return str(parse_volume(item.text)["target"]) if item.text else None
    except ValueError:
        return None


def _by_device(item: Value) -> str | None:
    if item.is_map:
        target = item.map.get("target")
        return target.text if target is not None else None
    parts = item.text.split(":")
    return parts[0] if len(parts) == 1 else parts[1]


def _by_mount(folder: str) -> Indexer:
    def index(item: Value) -> str | None:
        if not item.is_map:
            return f"{folder}/{item.text}"
        target, source = item.map.get("target"), item.map.get("source")
        return target.text if target is not None else f"{folder}/{source.text if source is not None else '<nil>'}"

    return index


def _by_value(item: Value) -> str | None:
    return None if item.is_map or item.is_list else go_text(item.data)


def _by_port(item: Value) -> str | None:
    if not item.is_map:
        return go_text(item.data)
    parts = {name: go_text(part.data) for name, part in item.map.items() if not part.is_map}
    if "published" in parts and not isinstance(item.map["published"].data, str):
        parts["published"] += " as a number"  # Docker Compose tells `80` from "80" here
    if "target" not in parts:
        return None
    host, protocol = parts.get("host_ip", "0.0.0.0"), parts.get("protocol", "tcp")
    return f"{host}:{parts.get('published', 'none')}:{parts['target']}/{protocol}"


def _by_path(item: Value) -> str | None:
    path = item.map.get("path") if item.is_map else item
    return path.text if path is not None else None


_UNIQUE: dict[str, Indexer] = {
    **dict.fromkeys(("annotations", "environment", "labels", "sysctls", "deploy.labels"), _by_name),
    **dict.fromkeys(("build.args", "build.additional_contexts", "build.labels", "build.tags"), _by_name),
    **dict.fromkeys(("cap_add", "cap_drop", "dns", "dns_opt", "dns_search", "links", "profiles", "tmpfs"), _by_name),
    **dict.fromkeys(("networks.*.aliases", "networks.*.link_local_ips"), _by_name),
    "configs": _by_mount(""),
    "devices": _by_device,
    "env_file": _by_path,
    "expose": _by_value,
    "ports": _by_port,
    "secrets": _by_mount("/run/secrets"),
    "volumes": _by_target,
}


@cache
def _unique() -> Table:
    """compose-go's `override/uncity.go`."""
    return Table.of(
        {
            **{f"services.*.{path}": index for path, index in _UNIQUE.items()},
            **{f"{section}.*.labels": _by_name for section in _LABELLED},
        }
    )


def unique(value: Value) -> Value:
    """The model with each key once in the lists that have keys: a later entry takes the place of an earlier one."""
    return _visit(value, _unique())


def _visit(value: Value, table: Table) -> Value:
    if value.is_map:
        changed = {}
        for name, item in value.data.items():
            down = table.down(name)
            new = item if down is None else _visit(item, down)
            if new is not item:
                changed[name] = new
        return value.with_data({**value.data, **changed}) if changed else value
    return _once(value, table.entry) if value.is_list and table.entry is not None else value


def _once(value: Value, index: Indexer) -> Value:
    items: list[Value] = []
    where: dict[str, int] = {}
    for item in value.data:
        key = index(item)
        if key is not None and key in where:
            items[where[key]] = replaced(items[where[key]], item)
        else:
            where.setdefault(key if key is not None else f"\0{len(items)}", len(items))
            items.append(item)
    return value if len(items) == len(value.data) else value.with_data(items)
