"""Set-user-id and set-group-id bits that are added."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dockguard.api import Finding, Severity


def check(instruction: Any) -> Iterator[Finding]:
    """One finding for each mode; low for set-group-id on folders, and outside of the built image."""
    for command in instruction.commands:
        bits = command.special_bits.known
        if bits:
            folder = command.on_folder and "setuid" not in bits
            yield _finding(command.span, f"`{command.name}` sets the {bits} bit", folder, instruction.is_final)
    for copy in instruction.copies:
        bits = copy.special_bits.known
        if bits:
            yield _finding(copy.mode.span, f"`--chmod` sets the {bits} bit", False, instruction.is_final)
            return


def _finding(span: Any, message: str, folder: bool, final: bool) -> Finding:
    why = "it is a folder, whose new files only get its group" if folder else ""
    why = why or ("" if final else "its stage is not part of the built image")
    return Finding(span, message, severity=Severity.LOW, why=why) if why else Finding(span, message)
