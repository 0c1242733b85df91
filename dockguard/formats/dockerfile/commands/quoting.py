"""Variables without quotes in the middle of a word, whose value makes the shell cut the word into pieces."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from dockguard.formats.dockerfile.text.tree import place
from dockguard.lazy import regex
from dockguard.source import Fact, Via

if TYPE_CHECKING:
    from dockguard.common.shell import Word
    from dockguard.formats.dockerfile.commands.runs import RunCommand
    from dockguard.formats.dockerfile.model import Step

# They join their arguments, do not split them, or their arguments are assignments.
_JOINING = frozenset("echo printf [[ export declare typeset local readonly set eval".split())
_GLOBS = ("*", "?", "[!", "[^", "[-")  # that match `-` in the first place
_TAKES_PATTERN = frozenset("--exclude --include --exclude-from --transform --files-from -T -X".split())
_BARE = regex(r"(?<![\w${#!])[A-Za-z_]\w*")


def cut_variable(command: RunCommand) -> Fact[str]:
    """The first such variable with its word, at the word; absent where the script itself gives it a value."""
    step, nothing = command.step, Fact[str](None, command.span)
    if step.name != "RUN" or command.command.dialect != "sh" or command.name in _JOINING:
        return nothing
    for word in command.command.args:
        for name in _inside(word):
            fact = step.scope.get(name, step.at)
            if fact is not None and len((fact.known or "").split()) > 1 and not _is_given(step, name):
                return _told(step, word, name, fact)
    return nothing


def _inside(word: Word) -> list[str]:
    """The variables that stand unquoted beside other text."""
    pieces = word.pieces
    if len(pieces) < 2 or not any(piece.kind == "text" and piece.text for piece in pieces):
        return []
    plain = (piece for piece in pieces if piece.kind == "variable" and not piece.quoted)
    return [piece.name for piece in plain if piece.text.strip("${}") == piece.name]


def _told(step: Step, word: Word, name: str, fact: Fact[str]) -> Fact[str]:
    via = Via(fact.span, f"`{name}` is set here")
    return Fact(f"`{name}` in `{word.raw[:80]}` has blanks", place(word.span), via)


def _is_given(step: Step, name: str) -> bool:
    """Whether the script may set it, or splits words in its own way: names stand there without `$`."""
    texts = (step.node.joined.text, *(heredoc.body.text for heredoc in step.node.heredocs))
    return any(not {name, "IFS"}.isdisjoint(_bare_names(text)) for text in texts)


@lru_cache(maxsize=8)
def _bare_names(text: str) -> frozenset[str]:
    return frozenset(match[0] for match in _BARE.finditer(text))


def open_glob(command: RunCommand) -> str:
    """The first argument that begins with a wildcard, where its matches may be options; "" for none."""
    if command.step.name != "RUN" or command.command.dialect != "sh":
        return ""
    before = ""
    for word in command.command.options_and_operands:
        first = word.pieces[0] if word.pieces else None
        plain = first is not None and first.kind == "text" and not first.quoted
        if first is not None and plain and first.text.startswith(_GLOBS) and before not in _TAKES_PATTERN:
            return word.text
        before = word.text
    return ""
