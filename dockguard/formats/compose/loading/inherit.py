"""`include`, `extends` and `!reset`: what one document takes from others, and what it clears in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.formats.compose.loading.canonical import put
from dockguard.formats.compose.loading.interpolate import Scope, Variable
from dockguard.formats.compose.loading.merge import unique
from dockguard.formats.compose.loading.paths import is_remote, resolve_paths
from dockguard.formats.compose.text.tree import OPEN, Path, Value, made
from dockguard.record import dataclass
from dockguard.source import Span
from dockguard.workspace import folder_of

if TYPE_CHECKING:
    from dockguard.formats.compose.loading.load import Loader

SECTIONS = ("services", "jobs", "volumes", "networks", "secrets", "configs", "models")
MAX_CHAIN = 50


# --- !reset ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cleared:
    """What one document resets in the model that came before it."""

    paths: tuple[tuple[Path, Span, str], ...] = ()

    def apply(self, model: Value) -> Value:
        """The model without what `!reset` and `!override` clear."""
        for path, _, _ in self.paths:
            if _exists(model, path):
                model = put(model, path, None)
        return model

    def below(self, name: str, service: Value) -> Value:
        """The same for one service that is about to be extended."""
        model = service.with_data({"services": service.with_data({name: service})})
        return self.apply(model).get("services", name) or service.with_data({})


def _exists(model: Value, path: Path) -> bool:
    for name in path:
        if name not in model.map:
            return False
        model = model.map[name]
    return True


# --- include ---------------------------------------------------------------------------------------------------------


def apply_includes(
    loader: Loader, config: Value, folder: str, scope: Scope, cleared: Cleared, included: tuple[str, ...]
) -> Value:
    """A document with the resources of the projects it includes; what it says itself wins, then the earlier one."""
    include = config.map.get("include")
    if include is None:
        return config
    if not include.is_list:
        if include.data is not None:
            loader.journal.refuse(include.place, "`include` must be a list", "type", ("include",))
        return put(config, ("include",), None)
    config = put(config, ("include",), None)
    for index, entry in enumerate(include.data):
        config = _include(loader, config, entry, ("include", str(index)), folder, scope, cleared, included)
    return config


def _include(
    loader: Loader,
    config: Value,
    entry: Value,
    path: Path,
    folder: str,
    scope: Scope,
    cleared: Cleared,
    included: tuple[str, ...],
) -> Value:
    files = list(_texts(entry.map.get("path", entry) if entry.is_map else entry))
    for value in (entry.map.get("path"), entry.map.get("env_file")) if entry.is_map else (entry,):
        _named(loader, value, path)
    if not files or not _readable(loader, files, entry, path):
        return config
    paths = [loader.within(folder, file.text) for file in files]
    directory = entry.map.get("project_directory") if entry.is_map else None
    below = loader.within(folder, directory.text) if directory is not None and directory.text else folder_of(paths[0])
    if paths[0] in included or len(included) > MAX_CHAIN:
        loader.journal.refuse(files[0].place, f"include cycle detected: {paths[0]} includes itself", "include", path)
        return config
    if not all(_present(loader, file, target, path) for file, target in zip(files, paths, strict=True)):
        return config
    inner = _environment(loader, entry, folder, below, scope)
    model = loader.model(paths, below, inner, included, folder)
    return _import(loader, model, config, cleared, entry)


def _texts(value: Value | None) -> Iterator[Value]:
    """The strings of a string or a list."""
    if value is not None:
        for item in value.data if value.is_list else [value]:
            if item.text:
                yield item


def _named(loader: Loader, value: Value | None, path: Path) -> None:
    """An empty name is a folder, and so no file."""
    for item in value.data if value is not None and value.is_list else [value] if value is not None else ():
        if item.data == "":
            loader.journal.refuse(item.place, "an empty name is a folder and not a file", "file", path)


def _readable(loader: Loader, files: list[Value], entry: Value, path: Path) -> bool:
    """Whether it is a local file that is known now; else the model is open."""
    for file in files:
        if OPEN in file.text or is_remote(file.text):
            loader.journal.remotes += [file] if is_remote(file.text) else []
            loader.journal.opened.append((path, f"`include` of `{file.text}` is not read"))
            return False
    return True


def _present(loader: Loader, file: Value, target: str, path: Path) -> bool:
    if loader.tree(target, file.place) is not None:
        return True
    loader.journal.opened.append((path, f"`{file.text}` cannot be read"))
    loader.journal.refuse(file.place, f"open {target}: no such file", "file", path)
    return False


def _environment(loader: Loader, entry: Value, folder: str, below: str, scope: Scope) -> Scope:
    """The variables of the included project: those that are set here win over its own `.env`."""
    named = list(_texts(entry.map.get("env_file"))) if entry.is_map else []
    found: dict[str, Variable] = {}
    if not named:
        path = f"{below}/.env" if below else ".env"
        found = loader.variables(path, scope, None) or {} if loader.workspace.entry(path) == "file" else {}
    for file in named:
        if file.text != "/dev/null" and OPEN not in file.text:
            inner = Scope({**found, **scope.variables}, scope.open)
            found |= loader.variables(loader.within(folder, file.text), inner, file.place) or {}
    return scope.with_below(found)


def _import(loader: Loader, source: Value, target: Value, cleared: Cleared, entry: Value) -> Value:
    for section in SECTIONS:
        for name, resource in source.map[section].map.items() if section in source.map else ():
            mine = target.get(section, name)
            taken = resource.step(entry.place, "included here")
            if mine is not None:
                if _same(mine, resource):
                    continue
                if section in ("services", "networks", "volumes", "secrets", "configs"):
                    loader.journal.collides(mine, resource, (section, name))
                base = cleared.apply(made({section: made({name: taken}, entry)}, entry)).get(section, name)
                taken = mine if base is None else loader.merge(base, mine, (section, name))
            target = put(target, (section, name), taken)
    return target


def _same(one: Value, other: Value) -> bool:
    return bool(one.plain() == other.plain())


# --- extends ---------------------------------------------------------------------------------------------------------


@dataclass
class _Family:
    """The services among which `extends` looks: a file's, and what that file resets in its bases."""

    services: dict[str, Value]
    file: str
    folder: str
    cleared: Cleared
    project: str  # the folder of the project that takes them in


def apply_extends(loader: Loader, config: Value, folder: str, scope: Scope, cleared: Cleared, file: str) -> Value:
    """A document in which every service is merged over the one it extends."""
    for section in ("services", "jobs"):
        entries = config.map.get(section)
        if entries is None or not entries.is_map:
            if entries is not None and entries.data is None:  # the schema says so of anything else
                loader.journal.refuse(entries.place, f"{section} must be a mapping", "type", (section,))
            continue
        family = _Family(dict(entries.data), file, folder, cleared, folder)
        for name in entries.data:
            resolved = _extend(loader, name, family, scope, ())
            if resolved is not None:
                family.services[name] = resolved
        config = put(config, (section,), entries.with_data(family.services))
    return config


def _extend(
    loader: Loader, name: str, family: _Family, scope: Scope, chain: tuple[tuple[str, str], ...]
) -> Value | None:
    service = family.services.get(name)
    extends = service.map.get("extends") if service is not None else None
    if service is None or extends is None:
        return service
    reference = extends if isinstance(extends.data, str) else extends.map.get("service")
    path = ("services", name, "extends")
    if reference is None or not reference.text:
        loader.journal.refuse(extends.place, f"extends.{name}.service is required", "extends", path)
        return put(service, ("extends",), None)
    if (family.file, name) in chain or len(chain) > MAX_CHAIN:
        loader.journal.refuse(extends.place, f"circular reference: `{name}` extends itself", "extends", path)
        return put(service, ("extends",), None)
    base = _base(loader, reference, extends, family, scope, (*chain, (family.file, name)), path)
    if base is None:
        return put(service, ("extends",), None)
    base = family.cleared.below(name, base).step(extends.place, "extended here")
    both = loader.merge(base, service, ("services", name))
    resolved = put(both, ("extends",), None)
    resolved = Value(resolved.data, service.span, service.key, resolved.via, service.direct)
    family.services[name] = resolved
    return resolved


def _base(
    loader: Loader,
    reference: Value,
    extends: Value,
    family: _Family,
    scope: Scope,
    chain: tuple[tuple[str, str], ...],
    path: Path,
) -> Value | None:
    """The service that is extended, itself resolved."""
    file = extends.map.get("file")
    _named(loader, file, path)
    if file is not None and file.text:
        other = _other_file(loader, file, family, scope, path)
        if other is None:
            return None
        family = other
    if reference.text not in family.services:
        if OPEN not in reference.text:
            message = f"cannot extend service `{path[1]}`: service `{reference.text}` not found in {family.file}"
            loader.journal.refuse(reference.place, message, "extends", path)
        loader.journal.opened.append((path[:2], f"`{reference.text}` is not known"))
        return None
    return _extend(loader, reference.text, family, scope, chain)


def _other_file(loader: Loader, file: Value, family: _Family, scope: Scope, path: Path) -> _Family | None:
    if OPEN in file.text or is_remote(file.text):
        loader.journal.remotes += [file] if is_remote(file.text) else []
        loader.journal.opened.append((path[:2], f"`{file.text}` is not read"))
        return None
    target = loader.within(family.folder, file.text)
    tree = loader.tree(target, file.place)
    if tree is None:
        loader.journal.opened.append((path[:2], f"`{file.text}` cannot be read"))
        loader.journal.refuse(file.place, f"open {target}: no such file", "file", path)
        return None
    model: Value | None = None
    cleared = Cleared()
    for problem in tree.problems:
        loader.journal.refuse(problem.span or tree.source.whole, problem.message, "syntax")
    for document in tree.documents:
        raw = loader.raw(document, scope)
        if raw is not None:
            cleared = Cleared(document.cleared)
            model = raw if model is None else loader.merge(cleared.apply(model), raw)
            model = loader.long(unique(model))
    return _relative(loader, model, target, cleared, file, path, family.project)


def _relative(
    loader: Loader, model: Value | None, target: str, cleared: Cleared, file: Value, path: Path, project: str
) -> _Family | None:
    services = model.get("services") if model is not None else None
    if model is None or services is None or not services.is_map:
        message = f"cannot extend service `{path[1]}` in {target}: no services section"
        loader.journal.refuse(file.place, message, "extends", path)
        return None
    folder = folder_of(target)
    resolved = resolve_paths(model, loader, folder, project).get("services")
    return _Family(dict(resolved.map if resolved is not None else {}), target, folder, cleared, project)
