"""Package indexes beside the public one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dockguard.api import Finding


def check(instruction: Any) -> Iterator[Finding]:
    """One finding for each command or variable that names one."""
    if instruction.name in ("ENV", "ARG"):
        places = [(variable.extra_index, variable.span) for variable in instruction.variables]
    elif instruction.name == "RUN":
        places = [(command.extra_index, command.span) for command in instruction.commands]
    else:
        places = [(copy.extra_index, copy.span) for copy in instruction.copies]
    for address, span in places:
        if address.written:
            yield Finding(span, f"`{address.known}` and the public index answer to the same names")
