"""A project as Docker Compose would have it now: discovery, environment, profiles, and the model it prints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path as FilePath
from typing import Any

from dockguard.finding import Problem
from dockguard.formats.compose.loading.consistency import Check
from dockguard.formats.compose.loading.interpolate import BadTemplate, Scope, Variable, substitute
from dockguard.formats.compose.loading.load import Loader
from dockguard.formats.compose.loading.normalize import folder_name, normalize, project_name
from dockguard.formats.compose.loading.render import OMIT, BadValue
from dockguard.formats.compose.loading.shape import resources, service
from dockguard.formats.compose.refusal import Journal
from dockguard.formats.compose.text.parse import parse
from dockguard.formats.compose.text.scalars import Moment
from dockguard.formats.compose.text.tree import Value
from dockguard.lazy import regex
from dockguard.record import dataclass
from dockguard.source import Span
from dockguard.workspace import Workspace, folder_of, join

BASES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
OVERRIDES = (
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
)


@dataclass
class Project:
    """A loaded project: its model with places, the same as printed, and what was noted on the way."""

    model: Value
    printed: dict[str, Any]
    loader: Loader
    journal: Journal
    files: tuple[str, ...]
    folder: str
    name: str


def resolve(
    workspace: Workspace,
    folder_or_files: str | Sequence[str] = "",
    *,
    files: Sequence[str] = (),
    profiles: Iterable[str] = (),
    env_files: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
) -> tuple[list[dict[str, Any]], list[Problem]]:
    """What `docker compose config --format json` prints, and what it would refuse.

    `folder_or_files` is a folder of the workspace, in which Compose is started, or the files themselves; `files`,
    `profiles`, `env_files` stand for `-f`, `--profile` and `--env-file` (paths of the workspace). `environment` is the
    process environment. One project, or none and the problems.
    """
    given = tuple(files) or (() if isinstance(folder_or_files, str) else tuple(folder_or_files))
    start = folder_or_files if isinstance(folder_or_files, str) else folder_of(given[0]) if given else ""
    start = "" if start == "." else start
    environment = environment or {}
    project, problems = load(workspace, start, given, profiles, env_files, environment)
    return ([] if project is None or problems else [project.printed]), problems


def load(
    workspace: Workspace,
    start: str,
    given: tuple[str, ...],
    profiles: Iterable[str],
    env_files: Sequence[str],
    environment: Mapping[str, str],
) -> tuple[Project | None, list[Problem]]:
    """The project that Compose would load, started in a folder."""
    journal = Journal()
    named = _env_files(env_files, environment, "" if given else start)
    workspace, start = _search(workspace, start, given, environment)
    loader = Loader(workspace, journal, environment.get("HOME", ""))
    here = loader.absolute("" if given else start)  # Compose says where it was started, when no shell does
    outer = Scope({name: Variable(value) for name, value in {"PWD": here, **environment}.items()})
    reads = not named and _reads_dotenv(journal, environment)
    scope = _dotenv(loader, outer, named, [_folder(given) if given else start] if reads else [])
    chosen = given or _chosen(workspace, start, scope)
    if not chosen:
        return None, [Problem("compose-missing", "no configuration file provided: not found", path=start or ".")]
    folder = folder_of(chosen[0])
    if folder != start and reads and not given:
        scope = _dotenv(loader, outer, (), [folder])
    listed = (scope.get("COMPOSE_PROFILES") or "").split(",")
    wanted = tuple(profiles) or tuple(name.strip() for name in listed)
    project = build(loader, chosen, folder, scope, wanted)
    return project, _problems(journal, workspace)


def _problems(journal: Journal, workspace: Workspace) -> list[Problem]:
    found = [Problem("compose-refused", refusal.message, refusal.span) for refusal in journal.refusals]
    return found + [problem for problem in workspace.problems if problem.span is None and not found]


def _folder(files: Sequence[str]) -> str:
    return folder_of(files[0])


def _search(
    workspace: Workspace, start: str, given: tuple[str, ...], environment: Mapping[str, str]
) -> tuple[Workspace, str]:
    """The folder with a base file, the start or one above it, as Compose searches; above the root too."""
    if given or "COMPOSE_FILE" in environment:
        return workspace, start
    folder = start
    while True:
        if base_file(workspace, folder) or workspace.entry(f"{folder}/.env" if folder else ".env") == "file":
            return workspace, folder
        if not folder:
            break
        folder = folder_of(folder)
    return _above(workspace, start)


def _above(workspace: Workspace, start: str) -> tuple[Workspace, str]:
    if workspace.root is None:
        return workspace, start
    for parent in FilePath(workspace.root).parents:
        outer = Workspace(parent)
        if base_file(outer, ""):
            return outer, ""
    return workspace, start


def base_file(workspace: Workspace, folder: str) -> str:
    """The first of the four names in a folder; "" when there is none."""
    for name in BASES:
        path = f"{folder}/{name}" if folder else name
        if workspace.entry(path) == "file":
            return path
    return ""


def override_file(workspace: Workspace, folder: str) -> str:
    """The override that Compose adds by itself; "" when there is none."""
    for name in OVERRIDES:
        path = f"{folder}/{name}" if folder else name
        if workspace.entry(path) == "file":
            return path
    return ""


_NAME = regex(r"[a-z0-9][a-z0-9_-]*")
_SWITCH = {
    **dict.fromkeys(("1", "t", "T", "TRUE", "true", "True"), True),
    **dict.fromkeys(("0", "f", "F", "FALSE", "false", "False"), False),
}


def _env_files(given: Sequence[str], environment: Mapping[str, str], start: str) -> tuple[str, ...]:
    """Those of `--env-file`, else of `COMPOSE_ENV_FILES`, which the process environment alone may say."""
    listed = environment.get("COMPOSE_ENV_FILES", "").split(",")
    return tuple(given) or tuple(join(start, name) for name in listed if name)


def _reads_dotenv(journal: Journal, environment: Mapping[str, str]) -> bool:
    word = environment.get("COMPOSE_DISABLE_ENV_FILE", "false")
    if word not in _SWITCH:
        journal.refuse(_nowhere(".env"), f'COMPOSE_DISABLE_ENV_FILE: parsing "{word[:40]}": invalid syntax', "value")
    return not _SWITCH.get(word, False)


def _dotenv(loader: Loader, outer: Scope, env_files: Sequence[str], folders: Sequence[str]) -> Scope:
    """The process environment over what env files say, or the `.env` of folders."""
    found: dict[str, Variable] = {}
    for path in (*env_files, *(f"{folder}/.env" if folder else ".env" for folder in folders)):
        inner = Scope({**found, **outer.variables})
        variables = loader.variables(path, inner, None)
        if variables is None and env_files:
            loader.journal.refuse(_nowhere(path), f"couldn't find env file: {path}", "file")
        found |= variables or {}
    return outer.with_below(found)


def _nowhere(path: str) -> Span:
    from dockguard.source import Source

    return Source(path, "").whole


def _chosen(workspace: Workspace, folder: str, scope: Scope) -> tuple[str, ...]:
    listed = scope.get("COMPOSE_FILE")
    if listed is not None:  # an empty name is the folder, which Compose refuses
        separator = scope.get("COMPOSE_PATH_SEPARATOR") or ":"
        return tuple(join(folder, name) for name in listed.split(separator))
    base = base_file(workspace, folder)
    override = override_file(workspace, folder) if base else ""
    return tuple(filter(None, (base, override)))


def build(loader: Loader, files: Sequence[str], folder: str, scope: Scope, profiles: Sequence[str] | None) -> Project:
    """A project from its files; `profiles` None is every profile."""
    paths = tuple(_inside(loader, path) for path in files)
    for path in paths:
        if loader.tree(path) is None and loader.workspace.entry(path) != "file":
            loader.journal.refuse(_nowhere(path), f"open {path}: no such file or directory", "file")
    name = _name(loader, paths, folder, scope)
    scope = scope.with_above({"COMPOSE_PROJECT_NAME": Variable(name)})
    merged = loader.model(paths, folder, scope)
    if not merged.data:
        loader.journal.refuse(merged.span, "empty compose file", "value")
    model = normalize(merged, name, loader, scope)
    printed = _printed(model, loader.journal)
    active = _active(printed, profiles)
    loader.journal.forget_inactive(active)
    Check(model, printed, active, loader.journal).run()
    shown = _used(printed, active)
    return Project(model, shown, loader, loader.journal, paths, folder, name)


def _inside(loader: Loader, path: str) -> str:
    return loader.inside(loader.absolute(path)) or path


def _name(loader: Loader, files: Sequence[str], folder: str, scope: Scope) -> str:
    given = scope.variables.get("COMPOSE_PROJECT_NAME")
    if given is not None and given.value:
        if not _NAME.fullmatch(given.value) and not scope.open:
            why = f'invalid project name "{given.value[:80]}": lower case letters, digits, `-` and `_` make one'
            loader.journal.refuse(given.span or _nowhere(files[0]), why, "value")
        return given.value
    written = _written_name(loader, files)
    try:
        text = substitute(written.text if written is not None else "", Scope(scope.variables))
    except BadTemplate:  # told of where the file's variables are replaced
        written, text = None, ""
    own = project_name(folder_name(loader.absolute(folder)))
    name = project_name(text) if written is not None else own
    if not name and not scope.open:
        place = written.place if written is not None else _nowhere(files[0])
        loader.journal.refuse(place, "the project name must not be empty", "value", ("name",))
    return name or own


def _written_name(loader: Loader, files: Sequence[str]) -> Value | None:
    """The last `name` that says anything."""
    found: Value | None = None
    for file in files:
        tree = loader.workspace.tree(file, parse)
        for document in tree.documents if tree is not None else ():
            name = document.value.get("name")
            found = name if name is not None and name.text else found
    return found


def _printed(model: Value, journal: Journal) -> dict[str, Any]:
    """The model decoded; what cannot be decoded is refused and left out."""
    found: dict[str, Any] = {"name": model.map["name"].data}
    found["services"] = {}
    for name, value in (model.map["services"].map if "services" in model.map else {}).items():
        plain = value.plain()
        if isinstance(plain, dict):
            found["services"][name] = _decoded(value, plain, service(), ("services", name), journal)
    for section, decode in resources().items():
        entries = model.map[section].map if section in model.map else {}
        for name, value in entries.items():
            try:
                found.setdefault(section, {})[name] = decode(value.plain())
            except BadValue as error:
                journal.refuse(
                    value.place, f"{section}.{name}.{'.'.join(error.path)}: {error}", "value", (section, name)
                )
    found |= {name: _extension(value.plain()) for name, value in model.map.items() if name.startswith("x-")}
    return found


def _extension(data: Any) -> Any:
    """What is printed as it is, but for dates."""
    if isinstance(data, dict):
        return {name: _extension(item) for name, item in data.items()}
    if isinstance(data, list):
        return [_extension(item) for item in data]
    if isinstance(data, float):
        return _plain_float(data)
    return data.json if isinstance(data, Moment) else data


def _plain_float(value: float) -> float | int:
    """Go writes the digits of a whole number out, up to 1e21."""
    mantissa, _, exponent = repr(value).partition("e")
    if not exponent or not value.is_integer() or abs(value) >= 1e21:
        return value
    whole, _, fraction = mantissa.partition(".")
    return int(whole + fraction) * int(10 ** (int(exponent) - len(fraction)))


def _decoded(
    value: Value, plain: dict[str, Any], fields: Mapping[str, Any], path: tuple[str, ...], journal: Journal
) -> Any:
    found = {}
    for name, decode in fields.items():
        try:
            decoded = decode(plain.get(name))
        except (ValueError, TypeError, AttributeError, OverflowError) as error:
            inner = (name, *getattr(error, "path", ()))
            near = value.get(*[part for part in inner if not part.isdigit()]) or value.map.get(name) or value
            journal.refuse(near.place, f"{'.'.join((*path, *inner))}: {error}", "value", (*path, *inner))
            continue
        if decoded is not OMIT:
            found[name] = decoded
    return found


def _scaled(item: dict[str, Any]) -> dict[str, Any]:
    """`scale` is also the number of replicas, once there is a `deploy`."""
    if "scale" in item and "deploy" in item:
        return {**item, "deploy": {**item["deploy"], "replicas": item["scale"]}}
    return item


def _active(printed: dict[str, Any], profiles: Sequence[str] | None) -> frozenset[str]:
    names = printed["services"]
    if profiles is None or "*" in profiles:
        return frozenset(names)
    wanted = set(profiles)
    return frozenset(n for n, item in names.items() if not item.get("profiles") or wanted & set(item["profiles"]))


def _used(printed: dict[str, Any], active: frozenset[str]) -> dict[str, Any]:
    """What is printed: active services, and the resources that they use."""
    services = {name: _scaled(item) for name, item in printed["services"].items() if name in active}
    used: dict[str, set[str]] = {"networks": set(), "volumes": set(), "secrets": set(), "configs": set()}
    for item in services.values():
        used["networks"] |= set(item.get("networks") or ())
        used["volumes"] |= {v.get("source", "") for v in item.get("volumes") or () if v.get("type") == "volume"}
        used["secrets"] |= {s.get("source", "") for s in item.get("secrets") or ()}
        used["secrets"] |= {s.get("source", "") for s in (item.get("build") or {}).get("secrets") or ()}
        used["configs"] |= {c.get("source", "") for c in item.get("configs") or ()}
    found = {"name": printed["name"], "services": services}
    for section, names in used.items():
        kept = {name: item for name, item in printed.get(section, {}).items() if name in names}
        if kept:
            found[section] = kept
    extensions = {name: item for name, item in printed.items() if name.startswith("x-")}
    shown: dict[str, Any] = _escaped({**found, **extensions})
    return shown


def _escaped(data: Any) -> Any:
    """Docker Compose prints `$$` for a dollar, so that what it prints can be read again."""
    if isinstance(data, str):
        return data.replace("$", "$$")
    if isinstance(data, dict):
        return {_escaped(name): _escaped(item) for name, item in data.items()}
    return [_escaped(item) for item in data] if isinstance(data, list) else data
