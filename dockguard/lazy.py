"""Regular expressions that are compiled when they are first used.

Compiling one takes 0.1 to 1 ms and a run would compile three hundred of them at import; it uses a third of them.
"""

from __future__ import annotations

import re
from typing import Any, cast

_METHODS = (
    *("match", "search", "fullmatch", "finditer", "findall", "sub", "subn", "split"),
    *("pattern", "flags", "groups", "groupindex"),
)


class _Later:
    def __init__(self, text: str, flags: int) -> None:
        self._text, self._flags = text, flags

    def __getattr__(self, name: str) -> Any:
        if name not in _METHODS:
            raise AttributeError(name)
        compiled = re.compile(self._text, self._flags)
        for method in _METHODS:
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)


def regex(text: str, flags: int = 0) -> re.Pattern[str]:
    """What `re.compile` gives, compiled on first use; a mistake in `text` shows only then, so tests use each."""
    return cast("re.Pattern[str]", _Later(text, int(flags)))
