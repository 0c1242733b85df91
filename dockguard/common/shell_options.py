"""The options of a command line, read as getopt reads them when it knows which ones take a value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dockguard.common.shell_words import Word
from dockguard.lazy import regex
from dockguard.record import dataclass

_OPTION = regex(r"-[A-Za-z0-9#?@/+-]")


@dataclass(frozen=True, slots=True)
class Option:
    """One option: `-k`, `--index-url=X`, `-o X`. A cluster like `-sSLk` gives one for each letter."""

    name: str  # with its dashes
    value: Word | None
    word: Word  # the word it stands in


@dataclass(frozen=True, slots=True)
class CommandLine:
    """Arguments, told apart."""

    options: tuple[Option, ...]
    operands: tuple[Word, ...]

    def named(self, *names: str) -> Iterator[Option]:
        """The options of these names."""
        return (option for option in self.options if option.name in names)


@dataclass(frozen=True, slots=True)
class Grammar:
    """Which options of a program take the next word as their value.

    `short` are letters, `long` are whole options; with `single` a dash begins a long option (`-insecure`, Go's way).
    """

    short: str = ""
    long: frozenset[str] = frozenset()
    single: bool = False


def parse(words: Sequence[Word], grammar: Grammar) -> CommandLine:
    """Options and operands, in whatever order they stand; after `--` all are operands."""
    options: list[Option] = []
    operands: list[Word] = []
    at = 0
    while at < len(words):
        word, text = words[at], words[at].text
        at += 1
        if text == "--":
            operands.extend(words[at:])
            break
        following = words[at] if at < len(words) else None
        if not _OPTION.match(text):
            operands.append(word)
        elif text.startswith("--") or grammar.single:
            at += _long(word, text, following, grammar, options)
        else:
            at += _cluster(word, text, following, grammar, options)
    return CommandLine(tuple(options), tuple(operands))


def _long(word: Word, text: str, following: Word | None, grammar: Grammar, options: list[Option]) -> int:
    """Reads one long option; gives how many further words it took."""
    name, equals, _ = text.partition("=")
    if equals:
        options.append(Option(name, word.cut(len(name) + 1), word))
        return 0
    takes = text in grammar.long and following is not None
    options.append(Option(text, following if takes else None, word))
    return int(takes)


def _cluster(word: Word, text: str, following: Word | None, grammar: Grammar, options: list[Option]) -> int:
    """Reads one word of short options; gives how many further words it took."""
    for place, letter in enumerate(text[1:], 1):
        name = "-" + letter
        if text[place + 1 : place + 2] == "=":
            options.append(Option(name, word.cut(place + 2), word))
            return 0
        if letter not in grammar.short:
            options.append(Option(name, None, word))
            continue
        if place + 1 < len(text):
            options.append(Option(name, word.cut(place + 1), word))
            return 0
        options.append(Option(name, following, word))
        return int(following is not None)
    return 0
