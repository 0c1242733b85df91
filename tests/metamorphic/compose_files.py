"""Compose projects spread over more files: an override, `extends`, `include`."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from random import Random

from dockguard.formats import load
from tests.metamorphic.change import Change, Files, Make
from tests.metamorphic.yaml_text import Data, block, data_of

_DEFAULTS = {
    f"{name}.{end}": f"{name}.override.{end}" for name in ("compose", "docker-compose") for end in ("yaml", "yml")
}
_HELD = (
    "extends",
    "depends_on",
    "links",
    "volumes_from",
    "network_mode",
    "networks",
    "ipc",
    "pid",
    "secrets",
    "configs",
)


def _alone(files: Files, path: str) -> Data | None:
    """What the only Compose file of a sample says, in a folder of its own."""
    matches = next(item for item in load() if item.name == "compose").matches
    others = [one for one in files if one != path and (matches(one) or one.endswith((".yaml", ".yml", ".sh", ".toml")))]
    data = data_of(files[path])
    return None if others or data is None or "include" in data else deepcopy(data)


def _of_files(split: Callable[[Data, str, Random], dict[str, Data] | None]) -> Make:
    def make(files: Files, path: str, rng: Random) -> dict[str, str] | None:
        data = _alone(files, path)
        parts = None if data is None or "/" in path else split(data, path, rng)
        return None if parts is None else {**files, **{name: block(part) for name, part in parts.items()}}

    return make


def _included(data: Data, path: str, rng: Random) -> dict[str, Data] | None:
    """All of it in another file."""
    name: Data = {key: data.pop(key) for key in ("name", "version") if key in data}
    return {path: {**name, "include": ["dg-part.yaml"]}, "dg-part.yaml": data}


def _extending(data: Data, path: str, rng: Random) -> dict[str, Data] | None:
    """What each service says in another file, but for what names other parts of the project."""
    base: Data = {}
    for name, body in data["services"].items():
        if isinstance(body, dict) and "extends" not in body:
            base[name] = {key: value for key, value in body.items() if key not in _HELD}
            own = {key: value for key, value in body.items() if key in _HELD}
            data["services"][name] = {"extends": {"file": "dg-base.yaml", "service": name}, **own}
    return {path: data, "dg-base.yaml": {"services": base}} if base else None


def _overriding(data: Data, path: str, rng: Random) -> dict[str, Data] | None:
    """Some of the settings of each service in the override that Docker Compose reads by itself."""
    if path not in _DEFAULTS:
        return None
    over: Data = {}
    for name, body in data["services"].items():
        if isinstance(body, dict):
            moved = [key for key in body if key not in ("image", "build", "extends") and rng.random() < 0.5]
            if moved:
                over[name] = {key: body.pop(key) for key in moved}
    return {path: data, _DEFAULTS[path]: {"services": over}} if over else None


CHANGES = (
    Change("include", "compose", _of_files(_included)),
    Change("extends", "compose", _of_files(_extending)),
    Change("override", "compose", _of_files(_overriding), variant="override", coarse=True),
)
