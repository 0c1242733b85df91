"""Downloads of PowerShell whose progress is not switched off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dockguard.api import Finding


def check(command: Any) -> Iterator[Finding]:
    """By the SHELL in force, and by the text of the RUN."""
    step = command.step
    if step.name != "RUN" or command.command.dialect != "powershell":
        return
    texts = (*(step.shell.known or ()), step.node.joined.text, *(heredoc.body.text for heredoc in step.node.heredocs))
    if not any("progresspreference" in text.lower() for text in texts):
        yield Finding(command.span, f"`{command.command.words[0].text}` draws a bar of progress that nobody sees")
