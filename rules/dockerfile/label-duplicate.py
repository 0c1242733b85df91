"""Labels that the same stage sets again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dockguard.api import Finding, Note


def check(stage: Any) -> Iterator[Finding]:
    """At each one that does not count."""
    last: dict[str, Any] = {}
    for step in reversed(stage.own):
        if step.name != "LABEL" or step.onbuild:
            continue
        for label in reversed(step.variables.items):
            if "$" in label.name_span.text:
                continue
            later = last.setdefault(label.name, label)
            if later is not label:
                note = Note(later.span, "this one counts")
                yield Finding(label.span, f"a later LABEL replaces `{label.name}`", (note,))
