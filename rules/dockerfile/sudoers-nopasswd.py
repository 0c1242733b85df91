"""Lines in sudoers that let users become root."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dockguard.api import Finding, Severity, Span

_FILES = ("/etc/sudoers", "/usr/local/etc/sudoers", "/etc/doas", "/usr/local/etc/doas")


def _opens(text: str) -> str:
    """What a text for such a file allows, "" for nothing."""
    if "NOPASSWD" in text or "nopass" in text:
        return "without a password"
    for line in text.split("\n"):
        words = line.split("#")[0].replace("=", " = ").split()
        if len(words) > 3 and words[-1] == "ALL" and "=" in words and words[0] not in ("root", "%sudo", "%wheel"):
            return "with every command"
    return ""


def _texts(instruction: Any) -> Iterator[tuple[str, Span]]:
    for command in instruction.commands:
        for written in command.writes:
            if written.path.startswith(_FILES):
                yield written.adds, command.span
        if command.name == "visudo":
            for before in command.script.feeding(command.command):
                yield " ".join(word.text for word in before.args), command.span
    for copy in instruction.copies:
        if copy.content is not None and (copy.target.known or "").startswith(_FILES):
            yield copy.content.text, copy.span


def check(instruction: Any) -> Iterator[Finding]:
    """One finding for each text; lower outside of the built image."""
    for text, span in _texts(instruction):
        how = _opens(text)
        if how:
            message = f"a user can become root {how}"
            if instruction.is_final:
                yield Finding(span, message)
            else:
                yield Finding(span, message, severity=Severity.LOW, why="its stage is not part of the built image")
            return
