"""What Docker Compose fills in after the merge: defaults, names, implicit networks and dependencies, environments."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from posixpath import normpath
from typing import TYPE_CHECKING, Any

from dockguard.formats.compose.loading.canonical import put
from dockguard.formats.compose.loading.interpolate import Scope, Variable
from dockguard.formats.compose.loading.pairs import as_pairs
from dockguard.formats.compose.loading.paths import resolve_paths
from dockguard.formats.compose.loading.short import clean_target
from dockguard.formats.compose.loading.validation import validate
from dockguard.formats.compose.text.scalars import to_bool
from dockguard.formats.compose.text.tree import OPEN, Path, Value, made, wrap
from dockguard.source import Via

if TYPE_CHECKING:
    from dockguard.formats.compose.loading.load import Loader

Services = dict[str, Value]
_PAIRS: tuple[Path, ...] = (
    ("annotations",),
    ("environment",),
    ("labels",),
    ("sysctls",),
    ("build", "args"),
    ("build", "labels"),
    ("deploy", "labels"),
)


def each(model: Value, *sections: str) -> Iterator[tuple[str, str, Value]]:
    """Section, name and value of every resource."""
    for section in sections:
        for name, value in model.map[section].map.items() if section in model.map else ():
            yield section, name, value


def at(value: Value, path: Path, change: Callable[[Value], Value]) -> Value:
    """The value with a change somewhere below, where something is."""
    found = value.get(*path)
    return value if found is None or found.data is None else put(value, path, change(found))


# --- after the merge of one project's files --------------------------------------------------------------------------


def complete(model: Value, loader: Loader, folder: str, scope: Scope, above: str | None = None) -> Value:
    """Defaults, checks, host paths and names from the environment (the end of compose-go's `loadYamlModel`)."""
    validate(model, loader.journal)
    for section, name, service in each(model, "services", "jobs"):
        if service.is_map:
            model = put(model, (section, name), _defaults(service))
    return _from_environment(resolve_paths(model, loader, folder, above), scope)


def _defaults(service: Value) -> Value:
    service = at(service, ("build",), lambda build: _set(build, "context", "."))
    service = at(service, ("secrets",), lambda secrets: _items(secrets, _secret_target))
    service = at(service, ("ports",), lambda ports: _items(ports, _port_defaults))
    service = at(service, ("gpus",), lambda gpus: _items(gpus, _device_count))
    devices = ("deploy", "resources", "reservations", "devices")
    return at(service, devices, lambda items: _items(items, _device_count))


def _items(value: Value, change: Callable[[Value], Value]) -> Value:
    return value.with_data([change(item) for item in value.data]) if value.is_list else value


def _set(value: Value, name: str, data: Any) -> Value:
    if not value.is_map or name in value.map:
        return value
    return value.with_data({**value.data, name: made(data, value)})


def _secret_target(secret: Value) -> Value:
    source = secret.get("source")
    return secret if source is None else _set(secret, "target", f"/run/secrets/{source.text}")


def _port_defaults(port: Value) -> Value:
    return _set(_set(port, "protocol", "tcp"), "mode", "ingress")


def _device_count(device: Value) -> Value:
    return device if "device_ids" in device.map else _set(device, "count", -1)


def _from_environment(model: Value, scope: Scope) -> Value:
    """`environment: [NAME]` and the contents of secrets and configs that come from variables."""
    for section, name, service in each(model, "services", "jobs"):
        environment = service.get("environment")
        if environment is not None and environment.is_list:
            found = _items(environment, lambda item: _filled(item, scope))
            model = put(model, (section, name, "environment"), found)
    for section, name, config in each(model, "configs"):
        variable = config.get("environment")
        value = scope.get(variable.text) if variable is not None else None
        if variable is not None and value is not None:
            model = put(model, (section, name, "content"), made(value, variable))
    return model


def _filled(item: Value, scope: Scope) -> Value:
    variable = scope.variables.get(item.text)
    return item if variable is None else _valued(item, f"{item.text}={variable.value}", variable)


def _valued(item: Value, text: str, variable: Variable) -> Value:
    name = item.text.partition("=")[0] or "the variable"
    via = item.via if variable.span is None else Via(variable.span, f"`{name}` is set here", item.via)
    return Value(text, item.span, item.key, via, direct=False)


# --- the whole project -----------------------------------------------------------------------------------------------


def normalize(model: Value, name: str, loader: Loader, scope: Scope) -> Value:
    """The model with everything that Docker Compose makes explicit (compose-go's `Normalize`)."""
    model = put(model, ("name",), made(name, model.map.get("name", model)))
    model = _networks(model)
    for section, key, service in each(model, "services", "jobs"):
        if service.is_map:
            loader.journal.about = (section, key)
            model = put(model, (section, key), _service(service, loader, scope))
    loader.journal.about = ()
    return _named(model, name)


def _networks(model: Value) -> Value:
    used = False
    for section, name, service in each(model, "services", "jobs"):
        if not service.is_map or "provider" in service.map or "network_mode" in service.map:
            continue
        networks = service.map.get("networks")
        if networks is None or not networks.map:
            model = put(model, (section, name, "networks"), wrap({"default": None}, networks or service))
            used = True
        used = used or "default" in (networks.map if networks is not None else ())
    if used and "default" not in (model.map["networks"].map if "networks" in model.map else ()):
        model = put(model, ("networks", "default"), made({}, model))
    return model


_NAMESPACES = ("network_mode", "ipc", "pid", "uts", "cgroup")


def _service(service: Value, loader: Loader, scope: Scope) -> Value:
    for name in _NAMESPACES:
        if name in service.map and service.map[name].data is None:
            message = f"Docker Compose crashes on `{name}` without a value"
            loader.journal.refuse(service.map[name].place, message, "value", (name,))
    for path in _PAIRS:
        service = at(service, path, as_pairs)
    hosts = service.get("extra_hosts")
    service = at(service, ("extra_hosts",), _hosts)
    service = at(service, ("build", "extra_hosts"), _hosts)
    service = at(service, ("build",), lambda build: _build(build, scope))
    service = at(service, ("environment",), lambda own: _all_passed(own, scope))
    service = at(service, ("volumes",), lambda volumes: _items(volumes, _clean))
    service = _dependencies(service)
    if (policy := service.get("pull_policy")) is not None and policy.data == "if_not_present":
        service = put(service, ("pull_policy",), policy.with_data("missing"))
    return _labels(_environment(_hooks(service, hosts), loader, scope), loader)


def _all_passed(own: Value, scope: Scope) -> Value:
    return own.with_data({name: _passed(name, value, scope) for name, value in own.map.items()})


def _build(build: Value, scope: Scope) -> Value:
    if "dockerfile_inline" not in build.map:
        build = _set(build, "dockerfile", "Dockerfile")
    args = build.get("args")
    if args is None or not args.is_map:
        return build
    found = {name: _passed(name, arg, scope) for name, arg in args.data.items()}
    kept = {name: arg for name, arg in found.items() if arg.data is not None or scope.open}
    return put(build, ("args",), args.with_data(kept))


def _passed(name: str, value: Value, scope: Scope) -> Value:
    """A name without a value takes the variable of its name."""
    variable = scope.variables.get(name)
    if value.data is not None or variable is None:
        return value
    named = Value(name, value.span, value.key, value.via, value.direct)
    return _valued(named, variable.value, variable)


def _hosts(hosts: Value) -> Value:
    """`name=address` for each address, sorted by Docker Compose's own order: names, then as written."""
    pairs: list[tuple[str, Value]] = []
    if hosts.is_list:
        for item in hosts.data:
            text = item.text
            at = text.find("=") if "=" in text else text.find(":")
            name, address = (text[:at], text[at + 1 :]) if at >= 0 else (text, "")
            pairs.append((name, _host(item, f"{name}={_unbracketed(address)}")))
    for name, value in hosts.map.items():
        for item in value.data if value.is_list else [value]:
            pairs.append((name, _host(item, f"{name}={_unbracketed(item.text)}")))
    found = [item for _, item in sorted(pairs, key=lambda pair: pair[1].text)]
    return hosts.with_data(found) if found else hosts


def _host(item: Value, text: str) -> Value:
    return item if text == item.data else Value(text, item.span, item.key, item.via, direct=False)


def _unbracketed(address: str) -> str:
    return address[1:-1] if address.startswith("[") and address.endswith("]") else address


def _environment(service: Value, loader: Loader, scope: Scope) -> Value:
    """The environment of a container: its env files in order, then what is written in the service."""
    own = service.get("environment")
    written = own.map if own is not None else {}
    files = service.get("env_file")
    if files is None:
        return service
    known = {name: Variable(value.text) for name, value in written.items() if value.data is not None}
    outer = scope.with_below(known)
    found: Services = {}
    for file in files.list:
        found |= _env_file(file, outer, found, loader)
    for name, value in written.items():
        found[name] = value.step(found[name].place, "overrides this") if name in found else value
    base = own if own is not None else made({}, files)
    return put(service, ("environment",), base.with_data(found))


def _env_file(file: Value, scope: Scope, before: Services, loader: Loader) -> Services:
    path, required, kind = file.get("path"), file.get("required"), file.get("format")
    if path is None or OPEN in path.text:
        return {}
    target = loader.inside(path.text) or path.text
    texts = {name: Variable(value.text) for name, value in before.items()}
    raw = kind is not None and kind.data == "raw"
    variables = loader.variables(target, scope.with_below(texts), path.place, _truth(required), raw)
    how = f"read from `{target}` by this"
    return {
        name: Value(variable.value, variable.span or path.span, None, Via(path.place, how), direct=False)
        for name, variable in (variables or {}).items()
    }


def _truth(value: Value | None) -> bool:
    if value is None or isinstance(value.data, bool):
        return value is None or bool(value.data)
    try:
        return to_bool(value.text)
    except ValueError:
        return True


def _labels(service: Value, loader: Loader) -> Value:
    files, own = service.get("label_file"), service.get("labels")
    if files is None or not files.is_list:
        return service
    found: Services = {}
    for file in files.data:
        target = loader.inside(file.text) or file.text
        variables = loader.variables(target, Scope({}), file.place) if OPEN not in file.text else {}
        for name, variable in (variables or {}).items():
            found[name] = Value(
                variable.value, variable.span or file.span, None, Via(file.place, "read by this"), False
            )
    found |= own.map if own is not None else {}
    return put(service, ("labels",), (own or files).with_data(found))


def _clean(volume: Value) -> Value:
    target = volume.get("target")
    clean = clean_target(target.text) or "." if target is not None else ""
    if target is None or clean == target.text:
        return volume
    return put(volume, ("target",), Value(clean, target.span, target.key, target.via, direct=False))


def _dependencies(service: Value) -> Value:
    """Links, shared namespaces and `volumes_from` imply a dependency."""
    for link in links.list if (links := service.get("links")) is not None else ():
        parts = link.text.split(":")
        service = _depends(service, parts[0] if len(parts) == 2 else link.text, link, restart=True)
    for name in _NAMESPACES:
        shared = service.get(name)
        if shared is not None and shared.text.startswith("service:"):
            service = _depends(service, shared.text.removeprefix("service:"), shared, restart=True)
    for volume in volumes.list if (volumes := service.get("volumes_from")) is not None else ():
        if not volume.text.startswith("container:"):
            service = _depends(service, volume.text.partition(":")[0], volume, restart=False)
    return service


def _depends(service: Value, name: str, like: Value, restart: bool) -> Value:
    known = service.get("depends_on")
    if known is not None and name in known.map:
        return service
    made_up = {"condition": "service_started", "restart": restart, "required": True}
    return put(service, ("depends_on", name), wrap(made_up, like))


def _hooks(service: Value, hosts: Value | None) -> Value:
    """`pre_start` containers inherit what the service says about its own container, but for its volumes.

    `hosts` are its `extra_hosts` as they were written: so they are compared with those of the hook.
    """
    hooks = service.get("pre_start")
    if hooks is None or not hooks.is_list:
        return service
    from dockguard.formats.compose.loading.merge import Merge
    from dockguard.formats.compose.loading.schema import schema

    names = schema()["$defs"]["container_spec"]["properties"]
    base = service.with_data({key: value for key, value in service.data.items() if key in names and key != "volumes"})
    base = base if hosts is None else put(base, ("extra_hosts",), hosts)
    merge = Merge(lambda *_: None)
    merged = [_hook(merge(base, hook, ("services", "hook"))) if hook.is_map else hook for hook in hooks.data]
    return put(service, ("pre_start",), hooks.with_data(merged))


_ONCE = ("dns", "dns_opt", "dns_search", "tmpfs")


def _hook(hook: Value) -> Value:
    for path in _PAIRS:
        hook = at(hook, path, as_pairs)
    hook = at(hook, ("extra_hosts",), _hosts)
    for name in _ONCE:
        hook = at(hook, (name,), _each_once)
    return hook


def _each_once(value: Value) -> Value:
    return value.with_data(list({item.text: item for item in value.data}.values())) if value.is_list else value


def _named(model: Value, project: str) -> Value:
    for section, key, resource in each(model, "networks", "volumes", "configs", "secrets"):
        resource = resource if resource.is_map else resource.with_data({})
        if resource.get("name") is None or resource.map["name"].data is None:
            external = resource.get("external")
            name = key if external is not None and external.data in (True, "true") else f"{project}_{key}"
            resource = put(resource, ("name",), made(name, resource))
        model = put(model, (section, key), resource)
    return model


def project_name(text: str) -> str:
    """A name as Docker Compose writes it: lower case letters, digits, `-` and `_`."""
    kept = "".join(char for char in text.lower() if char.isascii() and (char.isalnum() or char in "_-"))
    return kept.lstrip("_-")


def folder_name(path: str) -> str:
    """The last part of an absolute folder."""
    return normpath(path).rpartition("/")[2]
