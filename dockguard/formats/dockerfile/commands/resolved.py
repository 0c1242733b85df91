"""Commands as they run where the file sets their variables: ARG and ENV, and what the script assigned before."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

from dockguard.common.shell import Command, Part, Word
from dockguard.lazy import regex

if TYPE_CHECKING:
    from dockguard.formats.dockerfile.commands.runs import RunCommand

_VARIABLE = regex(r"\$(?:\{([A-Za-z_]\w{0,100})\}|([A-Za-z_]\w{0,100}))")
_MAX_WORDS = 200  # that one variable may become


def resolved(command: RunCommand) -> Command:
    """The command with the values of the variables that are known; the same one where it has no such variable.

    The words of a value all stand where the variable is written.
    """
    shell = command.command
    if not any(part.kind == "variable" for word in shell.words for part in word.parts):
        return shell
    words: list[Word] = []
    for word in shell.words:
        words += _words(word, command)
    element = copy(shell.element)
    element.words = words
    return Command(shell.source, element, shell.dialect)


def text_of(word: Word, command: RunCommand) -> str:
    """What a word is, as far as the file says it; what it does not say stands as written."""
    return "".join(_text(part, command) for part in word.pieces)


def filled(text: str, command: RunCommand) -> str:
    """A text that the shell expands, with the variables that the file sets."""
    return _VARIABLE.sub(lambda found: _plain(_value(found[1] or found[2], command), found[0]), text)


def _plain(value: str | None, written: str) -> str:
    return written if value is None else value


def _words(word: Word, command: RunCommand) -> list[Word]:
    if not any(part.kind == "variable" for part in word.parts):
        return [word]
    text = text_of(word, command)
    if "$" in text or "`" in text:
        return [word]
    if any(part.kind == "variable" and not part.quoted for part in word.parts):
        return [Word.known(one, word.span) for one in text.split()[:_MAX_WORDS]]
    return [Word.known(text, word.span)]


def _text(part: Part, command: RunCommand) -> str:
    text = part.resolved(lambda name: _value(name, command))
    return part.text if text is None else text


def _value(name: str, command: RunCommand) -> str | None:
    """What a variable is when a command runs, None where the file does not say it."""
    step = command.step
    own = {made.name for made in command.command.sets}
    given = command.script.assigned.get(name, ()) if name not in own else ()
    if given:
        value = given[0].value
        return value if len(given) == 1 and isinstance(value, str) else None
    fact = step.scope.get(name, step.at)
    return fact.known if fact is not None else None
