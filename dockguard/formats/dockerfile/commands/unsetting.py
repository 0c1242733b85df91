"""`unset` of what ENV and ARG have set, as the last thing that a RUN does: it ends with the shell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockguard.source import Fact, Via

if TYPE_CHECKING:
    from dockguard.formats.dockerfile.commands.runs import RunCommand

_IDLE = frozenset({"unset", "true", ":", "exit", "echo"})
_MAX_AFTER = 20  # commands behind it that are looked at


def vain_unset(command: RunCommand) -> Fact[str]:
    """The variable that it unsets to no effect, with where that is set."""
    nothing: Fact[str] = Fact(None, command.span)
    step = command.step
    if command.name != "unset" or step.name != "RUN" or not _is_last(command):
        return nothing
    for name in (word for word in command.words if not word.startswith("-")):
        fact = step.scope.get(name, step.at)
        if fact is not None:
            return Fact(name, command.span, Via(fact.span, f"`{name}` is set here"))
    return nothing


def _is_last(command: RunCommand) -> bool:
    """Whether only what does nothing comes after it in its shell."""
    if command.command.nesting or "-f" in command.words:
        return False
    following = command.command.element.next
    for _ in range(_MAX_AFTER):
        if following is None:
            return True
        if following.compound or not following.words or following.words[0].text not in _IDLE:
            return False
        following = following.next
    return False
