"""`worker_rlimit_nofile` beside `worker_connections`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Note

if TYPE_CHECKING:
    from dockguard.api import Directive

DEFAULT = 512  # worker_connections
USUAL = 1024  # files of a process, where nobody sets a limit


def check(directive: Directive) -> Iterator[Finding]:
    """At the limit where there is one, else at the connections."""
    main = directive.level.chain[-1]
    limit = next((found for level in main.walk() if (found := level.last("worker_rlimit_nofile"))), None)
    connections = next((found for level in main.walk() if (found := level.last("worker_connections"))), None)
    wanted = 2 * (_number(connections) or DEFAULT)
    if directive is limit and 0 < _number(limit) < wanted:
        notes = (Note(connections.span, "for these connections"),) if connections is not None else ()
        yield Finding(limit.span, f"{_number(limit)} files are too few: {wanted} are needed", notes)
    elif directive is connections and limit is None and wanted > USUAL:
        yield Finding(directive.span, "without `worker_rlimit_nofile` the system's limit on files counts")


def _number(line: Directive | None) -> int:
    text = line.text(0) if line is not None else ""
    return int(text) if text.isdecimal() and len(text) < 10 else 0
