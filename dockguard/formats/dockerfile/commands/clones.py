"""What `git clone` brings: one commit for ever, or whatever a branch is on the day of the build."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dockguard.formats.dockerfile.commands.runs import RunCommand
    from dockguard.formats.dockerfile.model import Step

_BRANCHES = frozenset("main master develop dev devel trunk head stable latest next edge nightly release".split())
_NEAR = 6  # instructions from a clone on in which its checkout is looked for


def moving_ref(command: RunCommand) -> str:
    """The branch that a `git clone` takes as it is; "" where a tag, a commit or a variable decides."""
    shell = command.command
    if shell.option("--revision") is not None:
        return ""
    branch = shell.option("-b", "--branch")
    ref = branch.text if branch is not None else ""
    for other in _soon(command.step):
        ref = other.checkout or ref
    return "its default branch" if not ref else ref if ref.rpartition("/")[2].lower() in _BRANCHES else ""


def checkout(step: Step) -> str:
    """The ref that the last checkout of a RUN goes to, "" for none."""
    refs = [_checked_out(command) for command in step.commands if command.name == "git"]
    return next(filter(None, reversed(refs)), "")


def _soon(step: Step) -> Iterator[Step]:
    """The RUN itself and those that follow soon."""
    if step.stage is None:
        return
    own = step.stage.own
    first = bisect_left(own, step.at, key=lambda other: other.at)
    for other in islice(own, first, first + 2 * _NEAR):  # what an ONBUILD carries is a step, too
        if other.name == "RUN" and other.at < step.at + _NEAR:
            yield other


def _checked_out(command: RunCommand) -> str:
    """The ref that `git checkout`, `git reset --hard` or `git switch` goes to."""
    words = [word for word in command.words if not word.startswith("-")]
    at = next((index for index, word in enumerate(words) if word in ("checkout", "reset", "switch")), len(words))
    return words[at + 1] if at + 1 < len(words) else ""
