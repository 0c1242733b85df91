"""RUNs of several PowerShell statements of which only the last one counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dockguard.api import Finding

_NAMES = ("powershell", "pwsh")
_STOPS = "erroractionpreference"


def check(instruction: Any) -> Iterator[Finding]:
    """By the SHELL in force, or by the program that the RUN calls."""
    shell = instruction.shell.known or ()
    text = instruction.node.argument.text.lower()
    bodies = [heredoc.body.text.lower() for heredoc in instruction.node.heredocs]
    if any(_STOPS in part.lower() for part in (*shell, text, *bodies)):
        return
    calls = next((one for one in instruction.commands if one.name in _NAMES), None)
    if _is_powershell(shell):
        if any(one.command.before in (";", "\n") for one in instruction.commands):
            yield Finding(instruction.span, "an error of one statement does not keep the next from running")
    elif calls is not None and any(";" in word for word in calls.words):
        yield Finding(calls.span, "an error of one statement does not keep the next from running")


def _is_powershell(shell: tuple[str, ...]) -> bool:
    program = shell[0].replace("\\", "/").rpartition("/")[2].lower() if shell else ""
    return program.removesuffix(".exe") in _NAMES
