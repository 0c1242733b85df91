"""What `git clone` brings: one commit for ever, or whatever a branch is on the day of the build."""

from __future__ import annotations

from collections.abc import Iterator

from dockguard.formats.dockerfile.model import Step
from dockguard.formats.dockerfile.runs import RunCommand

_BRANCHES = frozenset("main master develop dev devel trunk head stable latest next edge nightly release".split())
_NEAR = 6  # instructions from a clone on in which its checkout is looked for


def moving_ref(command: RunCommand) -> str:
    """The branch that a `git clone` takes as it is; "" where a tag, a commit or a variable decides."""
    shell = command.command
    if shell.option("--revision") is not None:
        return ""
    branch = shell.option("-b", "--branch")
    ref = branch.text if branch is not None else ""
    for other in _after(command):
        ref = _checked_out(other) or ref
    return "its default branch" if not ref else ref if ref.rpartition("/")[2].lower() in _BRANCHES else ""


def _after(command: RunCommand) -> Iterator[RunCommand]:
    """The commands of the same instruction and of those that follow soon."""
    step = command.step
    own = step.stage.own if isinstance(step, Step) and step.stage is not None else ()
    for other in own:
        if other.name == "RUN" and isinstance(step, Step) and step.at <= other.at < step.at + _NEAR:
            yield from other.commands


def _checked_out(command: RunCommand) -> str:
    """The ref that `git checkout`, `git reset --hard` or `git switch` goes to."""
    if command.name != "git":
        return ""
    words = [word for word in command.words if not word.startswith("-")]
    at = next((index for index, word in enumerate(words) if word in ("checkout", "reset", "switch")), len(words))
    return words[at + 1] if at + 1 < len(words) else ""
