"""Files that commands write, with the text as far as the command line says it."""

from __future__ import annotations

from collections.abc import Iterator

from dockguard.common.shell import Command
from dockguard.formats.dockerfile.runs import RunCommand, Written

_PRINTS = frozenset({"echo", "printf", "cat", "true", ":"})
_COPIES = frozenset({"cp", "mv", "install", "ln"})


def writes(command: RunCommand) -> Iterator[Written]:
    """Targets of redirections, of `tee`, `cp`, `mv`, `install`, `ln` and `dd`, and of `sed -i`."""
    text = printed(command.command, command)
    for redirect in command.command.redirects:
        if redirect.writes and redirect.target is not None and redirect.target.text != "/dev/null":
            yield Written(redirect.target.text, text, command, command.span)
    words = [word for word in command.words if not word.startswith("-")]
    if command.name == "tee":
        for path in words:
            yield Written(path, text, command, command.span)
    elif command.name in _COPIES and len(words) > 1:
        yield Written(words[-1], "", command, command.span, tuple(words[:-1]))
    elif command.name == "dd":
        named = dict(word.split("=", 1) for word in words if "=" in word)
        if "of" in named:
            yield Written(named["of"], "", command, command.span, (named["if"],) if "if" in named else ())
    elif command.name == "sed" and command.command.flag("-i", "--in-place") is not None and len(words) > 1:
        for path in words[1:]:
            yield Written(path, words[0], command, command.span)


def printed(command: Command, host: RunCommand) -> str:
    """What a command prints or passes on: the words of echo and printf, here-documents, what is piped into it."""
    own = [document.text for document in command.documents]
    own += [redirect.target.text for redirect in command.redirects if redirect.operator == "<<<" and redirect.target]
    if command.name in ("echo", "printf"):
        own.append(" ".join(word.text for word in command.args if word.text not in ("-e", "-n", "-ne", "-en")))
    if not own:
        for before in host.script.feeding(command)[-3:]:
            if before.name in _PRINTS:
                own += [word.text for word in before.args] if before.name != "cat" else []
                own += [document.text for document in before.documents]
    return "\n".join(own).replace("\\n", "\n")
