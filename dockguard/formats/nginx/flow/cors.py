"""Cross-origin permission that names whatever site asks."""

from __future__ import annotations

from dockguard.formats.nginx.flow.values import Variables
from dockguard.formats.nginx.level import Directive
from dockguard.source import Span

MAX_STEPS = 5  # variables of variables
_ORIGIN = ("$http_origin", "${http_origin}")


def reflected(line: Directive, variables: Variables) -> tuple[bool, tuple[Span, str] | None]:
    """Whether a line sends the request's own origin, unasked; and the place that brings it in, with what happens there.

    Lines in an `if` are left to the expression that the `if` asks.
    """
    if line.level.context.startswith("if") or len(line.words) < 2:
        return False, None
    return _is_origin(line.text(1), variables, 0)


def _is_origin(value: str, variables: Variables, step: int) -> tuple[bool, tuple[Span, str] | None]:
    if value.lower() in _ORIGIN:
        return True, None
    name = value.strip("${}").lower()
    if step >= MAX_STEPS or not value.startswith("$"):
        return False, None
    if name in variables.maps:
        _, block = variables.maps[name]
        default = next((entry for entry in block.directives if entry.name == "default" and entry.words), None)
        found = default is not None and _is_origin(default.text(0), variables, step + 1)[0]
        return (True, (default.span, "any other origin is taken as it is")) if found and default else (False, None)
    for line in variables.sets.get(name, ())[:MAX_STEPS]:
        if not line.level.context.startswith("if") and _is_origin(line.text(1), variables, step + 1)[0]:
            return True, (line.span, "set here")
    return False, None
