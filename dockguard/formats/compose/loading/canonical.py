"""Short forms to long forms, as compose-go's `transform` writes them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from dockguard.formats.compose.loading.merge import STARTED, Refuse, as_map
from dockguard.formats.compose.loading.short import clean_target, parse_device, parse_port, parse_volume
from dockguard.formats.compose.text.scalars import go_text, is_int, to_bool
from dockguard.formats.compose.text.tree import Path, Table, Value, is_unknown, made, wrap

Transform = Callable[["Canonical", Value, Path], Value]


class Canonical:
    """One walk; `refuse` hears of short forms that Docker Compose cannot read. What is refused is left as it is."""

    def __init__(self, refuse: Refuse) -> None:
        self.refuse = refuse

    def __call__(self, value: Value) -> Value:
        """The model in its long forms."""
        return self.visit(value, (), _transforms())

    def visit(self, value: Value, path: Path, table: Table) -> Value:
        """Inner values first: what a transform makes is then complete."""
        if value.is_map:
            value = self._children(value, path, table)
        elif value.is_list and table.star is not None:
            star = table.star
            new = [self.visit(item, (*path, str(index)), star) for index, item in enumerate(value.data)]
            value = value.with_data(new)
        transform: Transform | None = table.entry
        return value if transform is None else transform(self, value, path)

    def _children(self, value: Value, path: Path, table: Table) -> Value:
        changed = {}
        for name, item in value.data.items():
            down = table.down(name)
            if down is not None:
                changed[name] = self.visit(item, (*path, name), down)
        return value.with_data({**value.data, **changed}) if changed else value


def _listed(_: Canonical, value: Value, __: Path) -> Value:
    return value.with_data([value.under(None)]) if isinstance(value.data, str) else value


def _env_file(_: Canonical, value: Value, __: Path) -> Value:
    items = [value.under(None)] if isinstance(value.data, str) else value.list
    return value.with_data([_env_path(item) for item in items]) if items or value.is_list else value


def _env_path(item: Value) -> Value:
    if isinstance(item.data, str):
        return item.with_data({"path": item.under(None), "required": made(True, item)})
    if item.is_map and "required" not in item.map:
        return item.with_data({**item.data, "required": made(True, item)})
    return item


def _gpus(_: Canonical, value: Value, __: Path) -> Value:
    if isinstance(value.data, str):
        return value.with_data([Value({"count": made(value.data, value)}, value.span, None, value.via, value.direct)])
    return value


def _names(_: Canonical, value: Value, __: Path) -> Value:
    return as_map(value) if value.is_list else value


def _depends_on(canonical: Canonical, value: Value, path: Path) -> Value:
    if value.is_list:
        return as_map(value, STARTED)
    entries = {}
    for name, item in value.map.items():
        if item.is_map and "required" not in item.map:
            item = item.with_data({**item.data, "required": made(True, item)})
        entries[name] = item
    return value.with_data(entries) if value.is_map else value


def _volume(canonical: Canonical, value: Value, path: Path) -> Value:
    if not isinstance(value.data, str):
        return value
    try:
        volume = parse_volume(value.data)
    except ValueError as error:
        canonical.refuse(value, path, str(error))
        return value
    volume["target"] = clean_target(volume.get("target", ""))
    return Value(_parts(volume, value), value.span, value.key, value.via, value.direct)


def _parts(data: dict[str, Any], value: Value) -> dict[str, Value]:
    return {name: wrap(part, value) for name, part in data.items()}


def _ports(canonical: Canonical, value: Value, path: Path) -> Value:
    if not value.is_list:
        return value
    ports: list[Value] = []
    for index, item in enumerate(value.data):
        ports += _port(canonical, item, (*path, str(index)))
    return value.with_data(ports)


def _port(canonical: Canonical, item: Value, path: Path) -> list[Value]:
    if isinstance(item.data, int) and not isinstance(item.data, bool):
        return [item.with_data({"target": item.under(None)} if item.data else {})]
    if not isinstance(item.data, str):
        if not item.is_map:
            canonical.refuse(item, path, "invalid type for port")
        return [item]
    try:
        ports = parse_port(item.data)
    except ValueError as error:
        canonical.refuse(item, path, str(error))
        return []
    return [item.with_data(_parts(port, item)) for port in ports]


def _device(canonical: Canonical, value: Value, path: Path) -> Value:
    if not isinstance(value.data, str):
        return value
    try:
        return value.with_data(_parts(parse_device(value.data), value))
    except ValueError as error:
        canonical.refuse(value, path, str(error))
        return value


def _file(_: Canonical, value: Value, __: Path) -> Value:
    return value.with_data({"source": value.under(None)}) if isinstance(value.data, str) else value


def _ulimit(canonical: Canonical, value: Value, path: Path) -> Value:
    if not value.is_map and not is_unknown(value.data) and not is_int(value.data):
        canonical.refuse(value, path, f"{'.'.join(path)}: invalid type for ulimits")
    return value


def _build(_: Canonical, value: Value, __: Path) -> Value:
    return value.with_data({"context": value.under(None)}) if isinstance(value.data, str) else value


def _printed(_: Canonical, value: Value, __: Path) -> Value:
    return value if isinstance(value.data, str) or value.data is None else value.with_data(go_text(value.data))


def _pairs(canonical: Canonical, value: Value, path: Path) -> Value:
    if not value.is_list:
        return value
    entries = {}
    for item in value.data:
        name, equals, text = item.text.partition("=")
        if not equals:
            canonical.refuse(item, path, f"{'.'.join(path)}: invalid value {item.text}, expected key=value")
            continue
        entries[name] = Value(text, item.span, item.span, item.via, direct=False)
    return value.with_data(entries)


def _ssh(canonical: Canonical, value: Value, path: Path) -> Value:
    if not value.is_list:
        return value
    entries = {}
    for item in value.data:
        name, equals, file = item.text.partition("=")
        if not equals and name != "default":
            canonical.refuse(item, path, f'invalid ssh key "{name}"')
        entries[name] = Value(file if equals else None, item.span, item.span, item.via, direct=False)
    return value.with_data(entries)


def _extends(_: Canonical, value: Value, __: Path) -> Value:
    return value.with_data({"service": value.under(None)}) if isinstance(value.data, str) else value


def _external(canonical: Canonical, value: Value, path: Path) -> Value:
    """`external: {name: x}`, the old way to write `external: true` and `name: x`."""
    external = value.map.get("external")
    if external is None:
        return value
    entries = dict(value.data)
    if external.is_map:
        old, new = external.map.get("name"), entries.get("name")
        if old is not None and new is not None and old.data != new.data:
            message = f"{'.'.join(path)}: name and external.name conflict; only use name"
            canonical.refuse(old, (*path, "external"), message)
        if old is not None:
            entries["name"] = new or old
        entries["external"] = Value(True, external.span, external.key, external.via, external.direct)
    elif isinstance(external.data, str) and not is_unknown(external.data):
        entries["external"] = _as_bool(canonical, external, (*path, "external"))
    return value.with_data(entries)


def _as_bool(canonical: Canonical, value: Value, path: Path) -> Value:
    try:
        return value.with_data(to_bool(value.data))
    except ValueError as error:
        canonical.refuse(value, path, str(error))
        return value


def _schedule(_: Canonical, value: Value, __: Path) -> Value:
    return value.with_data({"cron": value.under(None)}) if isinstance(value.data, str) else value


def _include(_: Canonical, value: Value, __: Path) -> Value:
    return value.with_data({"path": value.under(None)}) if isinstance(value.data, str) else value


_CONTAINER: dict[str, Transform] = {
    "env_file": _env_file,
    "label_file": _listed,
    "gpus": _gpus,
    "networks": _names,
    "models": _names,
    "volumes.*": _volume,
    "dns": _listed,
    "devices.*": _device,
    "secrets.*": _file,
    "configs.*": _file,
    "ulimits.*": _ulimit,
}
_WORKLOAD: dict[str, Transform] = {
    "build.secrets.*": _file,
    "build.ssh": _ssh,
    "build.provenance": _printed,
    "build.sbom": _printed,
    "build.additional_contexts": _pairs,
    "build.ulimits.*": _ulimit,
    "build": _build,
    "depends_on": _depends_on,
    "extends": _extends,
    "ports": _ports,
}


@cache
def _transforms() -> Table:
    table: dict[str, Transform] = {}
    for prefix in ("services.*", "jobs.*", "services.*.pre_start.*"):
        table |= {f"{prefix}.{path}": transform for path, transform in _CONTAINER.items()}
    for prefix in ("services.*", "jobs.*"):
        table |= {f"{prefix}.{path}": transform for path, transform in _WORKLOAD.items()}
    table["jobs.*.triggers.schedule.*"] = _schedule
    table["services.*.develop.watch.*.ignore"] = _listed
    table["services.*.develop.watch.*.include"] = _listed
    table["include.*"] = _include
    table |= dict.fromkeys(("volumes.*", "networks.*", "secrets.*", "configs.*"), _external)
    return Table.of(table)


_OMITTED = ("services", "jobs")


def omit_empty(model: Value) -> Value:
    """Without the empty `dns` entries, as compose-go's `OmitEmpty` does."""
    for section in _OMITTED:
        for name, service in model.map[section].map.items() if section in model.map else ():
            dns = service.map.get("dns")
            if dns is not None and dns.is_list and any(item.data in (None, "") for item in dns.data):
                kept = dns.with_data([item for item in dns.data if item.data not in (None, "")])
                model = put(model, (section, name, "dns"), kept)
    return model


def put(value: Value, path: Path, new: Value | None) -> Value:
    """The value with something else at a path; None takes it away."""
    if not path:
        assert new is not None
        return new
    entries = dict(value.map)
    if len(path) == 1 and new is None:
        entries.pop(path[0], None)
    else:
        inner = entries.get(path[0], made({}, value))
        entries[path[0]] = put(inner, path[1:], new)
    return value.with_data(entries)
