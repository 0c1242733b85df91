"""What Docker Compose checks of a merged model beyond its schema (compose-go's `validation` and `override/uncity`)."""

from __future__ import annotations

from collections.abc import Iterator

from dockguard.formats.compose.refusal import Journal
from dockguard.formats.compose.text.scalars import is_address, is_int, to_int64
from dockguard.formats.compose.text.tree import OPEN, Path, Value

_FILE = ("file", "environment")
_TARGETS = (
    ("volumes", "service volume {} is missing a mount target"),
    ("devices", "service device {} is missing a mount target"),
    ("ports", "service ports {} is missing a target port"),
)


def each(model: Value, *sections: str) -> Iterator[tuple[Path, Value]]:
    """Path and value of every resource."""
    for section in sections:
        for name, value in model.map[section].map.items() if section in model.map else ():
            yield (section, name), value


def check_targets(model: Value, journal: Journal) -> None:
    """Long forms that say nothing of where in the container they stand."""
    for path, service in each(model, "services"):
        for name, message in _TARGETS:
            items = service.get(name)
            for index, item in enumerate(items.list if items is not None else ()):
                if item.is_map and item.get("target") is None:
                    where = (*path, name, str(index))
                    journal.refuse(item.place, message.format(".".join(where)), "value", where)
        for names in (("environment",), ("build", "args")):
            _untrimmed(journal, (*path, *names), _items(service, *names))
        for name in ("pre_start", "post_start", "pre_stop"):
            for index, hook in enumerate(_items(service, name)):
                _untrimmed(journal, (*path, name, str(index), "environment"), _items(hook, "environment"))
        for item in _items(service, "expose"):
            if isinstance(item.data, (int, float)) and not is_int(item.data):
                journal.refuse(item.place, f"unsupported expose value {item.data}", "value", (*path, "expose"))


def _untrimmed(journal: Journal, path: Path, items: list[Value]) -> None:
    for item in items:
        name = item.text.partition("=")[0]
        if name[-1:].isspace():
            message = f"{'.'.join(path)}: environment variable {name[:60]!r} is declared with a trailing space"
            journal.refuse(item.place, message, "value", path)


def validate(model: Value, journal: Journal) -> None:
    """Everything that compose-go's `validation.Validate` refuses."""
    for path, value in each(model, "configs", "secrets"):
        _file_object(journal, path, value)
    for path, value in each(model, "volumes"):
        _volume(journal, path, value)
    for path, service in each(model, "services"):
        for name in (("scale",), ("deploy", "replicas")):
            _natural(journal, (*path, *name), service.get(*name))
        for index, port in enumerate(_items(service, "ports")):
            _address(journal, (*path, "ports", str(index)), port.get("host_ip"))
        for names in _DEVICES:
            for index, device in enumerate(_items(service, *names)):
                _device(journal, (*path, *names, str(index)), device)
        _container(journal, path, service)
        for index, hook in enumerate(_items(service, "pre_start")):
            _container(journal, (*path, "pre_start", str(index)), hook)


_DEVICES: tuple[Path, ...] = (("gpus",), ("deploy", "resources", "reservations", "devices"))
_HOSTS: tuple[Path, ...] = (("extra_hosts",), ("build", "extra_hosts"))


def _container(journal: Journal, path: Path, service: Value) -> None:
    for names in _HOSTS:
        for index, host in enumerate(_items(service, *names)):
            _host(journal, (*path, *names, str(index)), host)
    for index, mount in enumerate(_items(service, "volumes")):
        kind = mount.get("type")
        if kind is not None and kind.data == "bind" and mount.get("source") is None:
            message = 'invalid mount config for type "bind": field Source must not be empty'
            journal.refuse(mount.place, message, "value", (*path, "volumes", str(index)))
    contexts = service.get("build", "additional_contexts")
    for name, context in contexts.map.items() if contexts is not None else ():
        if not isinstance(context.data, str):
            where = (*path, "build", "additional_contexts", name)
            journal.refuse(context.place, "Docker Compose crashes on a context that is no string", "value", where)


def _items(service: Value, *names: str) -> list[Value]:
    found = service.get(*names)
    return found.list if found is not None else []


def _file_object(journal: Journal, path: Path, value: Value) -> None:
    keys = (*_FILE, "content") if path[0] == "configs" else _FILE
    given = [key for key in keys if key in value.map]
    where, words = ".".join(path), "|".join(keys)
    if len(given) > 1:
        message = f"{where}: {words} attributes are mutually exclusive"
        journal.refuse(value.map[given[1]].place, message, "value", (*path, given[1]))
    if not given and value.is_map and "external" not in value.map and "driver" not in value.map:
        journal.refuse(value.place, f"{where}: one of {words} must be set", "value", path)


def _volume(journal: Journal, path: Path, value: Value) -> None:
    external = value.get("external")
    extra = sorted(key for key in value.map if key not in ("name", "external") and not key.startswith("x-"))
    if external is not None and external.data is True and extra:
        message = f'{".".join(path)}: conflicting parameters "external" and "{extra[0]}" specified'
        journal.refuse(value.map[extra[0]].place, message, "value", (*path, extra[0]))


def _natural(journal: Journal, path: Path, value: Value | None) -> None:
    if value is not None and isinstance(value.data, (int, float)) and to_int64(value.data) < 0:
        journal.refuse(value.place, f"{'.'.join(path)}: must be greater than or equal to 0", "value", path)


def _address(journal: Journal, path: Path, value: Value | None) -> None:
    if value is not None and isinstance(value.data, str) and OPEN not in value.data and not is_address(value.data):
        journal.refuse(value.place, f"{'.'.join(path)}: invalid ip address: {value.data[:60]}", "value", path)


def _device(journal: Journal, path: Path, value: Value) -> None:
    count = value.get("count")
    if count is not None and "device_ids" in value.map:
        message = f'{".".join(path)}: "count" and "device_ids" attributes are exclusive'
        journal.refuse(count.place, message, "value", path)


def _host(journal: Journal, path: Path, value: Value) -> None:
    name, separator, _ = value.text.replace(":", "=", 1 if "=" not in value.text else 0).partition("=")
    if OPEN not in value.text and not (name and separator):
        what = "bad host name" if separator else "invalid additional host, missing IP:"
        journal.refuse(value.place, f"{'.'.join(path)}: {what} {value.text[:60]}", "value", path)
