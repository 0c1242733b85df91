"""SARIF objects as JSON values: the serialiser that sarif-om does not bring."""

from __future__ import annotations

from typing import Any

from dockguard.render.places import well_formed

ALWAYS = frozenset({"level", "kind"})  # left out, `level` would mean the rule's default and not the schema's
RENAMED = {("Suppression", "state"): "status"}  # sarif-om 1.0.4 has the name of a draft of the standard


def value(thing: Any) -> Any:
    """A JSON value without what is empty or says the schema's default; a mapping's keys stay as they are."""
    if isinstance(thing, str):
        return well_formed(thing)
    if isinstance(thing, (list, tuple)):
        return [value(item) for item in thing]
    if isinstance(thing, dict):
        return {key: value(item) for key, item in thing.items()}
    fields = getattr(type(thing), "__attrs_attrs__", None)
    return thing if fields is None else _object(thing, fields)


def _object(thing: Any, fields: Any) -> dict[str, Any]:
    written = {}
    for field in fields:
        name, item = field.metadata["schema_property_name"], getattr(thing, field.name)
        if item is None or (item == _default(field) and name not in ALWAYS):
            continue
        written[RENAMED.get((type(thing).__name__, name), name)] = value(item)
    return written


def _default(field: Any) -> Any:
    """What a field holds when nobody sets it."""
    factory = getattr(field.default, "factory", None)
    return factory() if factory else field.default
