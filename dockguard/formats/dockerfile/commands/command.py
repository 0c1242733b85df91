"""The commands that RUN, CMD, ENTRYPOINT and HEALTHCHECK run, each with its place in the Dockerfile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockguard.common.shell import Script, Word, call, scan, shell_options
from dockguard.formats.dockerfile.commands.runs import RunCommand
from dockguard.formats.dockerfile.text.tree import Instruction, place
from dockguard.lazy import regex
from dockguard.source import Many, Origin, Source

if TYPE_CHECKING:
    from dockguard.formats.dockerfile.model import Step

MAX_SCRIPT = 128 * 1024  # characters of one RUN that are read
_RUNS = frozenset({"RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK"})
_SHEBANG = regex(r"#!\s*(\S+)(?:[ \t]+(\S+))?")
_SHELLS = frozenset({"sh", "bash", "dash", "ash", "zsh", "ksh"})
_LONE_HEREDOC = regex(r"\d*<<-?\s*\S+")


def commands(step: Step) -> Many[RunCommand]:
    """Every simple command, in order; open where something was nested too deep to be read."""
    if step.name not in _RUNS:
        return Many((), step.span)
    script = _script(step)
    if script is None:
        return Many((), step.span)
    found = tuple(RunCommand(command, script, step, place(command.span)) for command in script.commands)
    whole = script.complete and script.end - script.start < MAX_SCRIPT
    return Many(found, step.span, "" if whole else "a script is too long or nested too deep to be read")


def dialect_of(step: Step) -> str:
    """`sh`, `powershell` or `cmd`: by SHELL, else by the base image's name."""
    shell = step.shell.known
    name = shell[0].replace("\\", "/").rpartition("/")[2].lower().removesuffix(".exe") if shell else ""
    if name in ("powershell", "pwsh"):
        return "powershell"
    if name == "cmd":
        return "cmd"
    return "cmd" if not name and step.stage is not None and is_windows(step.stage.base.known or "") else "sh"


def is_windows(image: str) -> bool:
    """Whether an image's name is one of Microsoft's Windows bases."""
    return any(word in image.lower() for word in ("windows", "nanoserver", "servercore"))


def _script(step: Step) -> Script | None:
    node = step.node
    words = node.words[1:] if step.name == "HEALTHCHECK" else node.words
    if step.name == "HEALTHCHECK" and not words:
        return None
    if node.json:
        return call(Word.known(word.text, word.span) for word in words) if words else None
    shell = step.shell.known
    options = shell_options(shell) if shell else frozenset()
    dialect = dialect_of(step)
    if node.heredocs and _LONE_HEREDOC.fullmatch(node.argument.text.strip()):
        return _heredoc_script(node, dialect, options)
    return scan(_source(node, step.name), 0, MAX_SCRIPT, dialect, options)


def _heredoc_script(node: Instruction, dialect: str, options: frozenset[str]) -> Script | None:
    """`RUN <<EOF`: the body is the script; a first line `#!` says who reads it."""
    body = node.heredocs[0].body
    shebang = _SHEBANG.match(body.text)
    if shebang:
        program = (shebang[2] if shebang[1].endswith("/env") else shebang[1]) or ""
        if program.rpartition("/")[2] not in _SHELLS:
            return None
        dialect, options = "sh", frozenset()
    return scan(body, 0, MAX_SCRIPT, dialect, options)


def _source(node: Instruction, name: str) -> Source:
    """The text that the shell gets: the joined line, then the heredocs as they stand."""
    start, end = node.args
    if name == "HEALTHCHECK" and len(node.words) > 1:
        start = node.joined.text.index(node.words[1].text, start)
    line = node.joined.embed(start, end)
    if not node.heredocs or line.origin is None:
        return line
    source = node.joined.source
    first, last = node.heredocs[0].span.start, node.span.end
    pieces = (*line.origin.pieces, (len(line.text) + 1, first, last - first))
    host = source.span(line.origin.host.start, last)
    return Source(source.path, f"{line.text}\n{source.text[first:last]}", origin=Origin(host, pieces))
