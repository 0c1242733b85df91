"""What grammar makes of shell words: which lists and compounds are open, and which command a word belongs to."""

from __future__ import annotations

import re

from dockguard.common.shell_tree import PIPES, Block, Element

_OPENERS = {"if": "if", "while": "loop", "until": "loop", "for": "loop", "select": "loop", "case": "case", "{": "group"}
_PHASES = {"then": "branch", "elif": "condition", "else": "branch", "do": "loop"}
_CLOSERS = {"fi": "if", "done": "loop", "esac": "case", "}": "group"}
_PHASE_OF = {"then": "if", "elif": "if", "else": "if", "do": "loop"}
_OPTIONS = {"e": "errexit", "x": "xtrace", "u": "nounset", "n": "noexec"}


class Level:
    """Where a list of commands is being read: a script or a substitution, and the compounds open in it."""

    __slots__ = ("block", "closer", "element", "function", "joint", "mode", "negated", "open", "redirect")

    def __init__(self, block: Block, closer: str) -> None:
        self.block = block
        self.closer = closer
        self.open: list[tuple[Element, Block, frozenset[str]]] = []  # compound, the list it is in, options before
        self.element: Element | None = None  # the command being read
        self.joint = ""  # the operator before the next element
        self.negated = False
        self.mode = ""  # head, pattern: words that are no commands; test: inside [[ ]]; name: a function's name
        self.function = False  # the next compound is a function's body
        self.redirect: re.Match[str] | None = None  # waits for its target


class Builder:
    """The lists and elements of one text; the scanner tells it what it reads."""

    def __init__(self, options: frozenset[str]) -> None:
        self.options = options
        self.blocks: list[Block] = []
        self.elements: list[Element] = []  # simple commands, in order

    def block(self, kind: str, owner: Element | None) -> Block:
        """A new list inside an element."""
        block = Block(kind, owner)
        self.blocks.append(block)
        if owner is not None:
            owner.blocks.append(block)
        return block

    def owner(self, level: Level, at: int) -> Element:
        """The command that a substitution belongs to."""
        if level.mode in ("head", "pattern") and level.open:
            return level.open[-1][0]
        return self.current(level, at) if level.redirect is None else self.redirected(level, at)

    def current(self, level: Level, at: int) -> Element:
        """The command being read, a new one where there is none."""
        return level.element or self.start(level, at)

    def start(self, level: Level, at: int) -> Element:
        """A new simple command."""
        level.element = element = self.element(level, at)
        self.elements.append(element)
        return element

    def element(self, level: Level, at: int) -> Element:
        """A new member of the list being read."""
        block = level.block
        element = Element(block, level.joint, at, self.options)
        piped = level.joint in PIPES and bool(block.elements)
        element.negated = level.negated or (piped and block.elements[-1].negated)
        block.elements.append(element)
        level.negated = False
        return element

    def redirected(self, level: Level, at: int) -> Element:
        """What a redirection belongs to: the command being read, or the compound that was just closed."""
        elements = level.block.elements
        if level.element is None and elements and elements[-1].compound and not elements[-1].after:
            return elements[-1]
        return self.current(level, at)

    def keyword(self, word: str, at: int, level: Level) -> bool:
        """Whether a word in command position is grammar, and then what it does."""
        mode = level.mode
        if mode in ("head", "pattern"):
            self.heading(word, at + len(word), level)
            return True
        if mode == "name":
            return False
        if word in _OPENERS:
            self.open(word, at, level)
        elif word in _PHASES:
            self.phase(word, level)
        elif word in _CLOSERS:
            self.close(_CLOSERS[word], at + len(word), level)
        elif word == "!":
            level.negated = not level.negated
        elif word == "function":
            level.mode = "name"
        else:
            return False
        return True

    def heading(self, word: str, end: int, level: Level) -> None:
        """A word of `for x in ...` or of a case."""
        compound = level.open[-1][0].compound if level.open else ""
        if word == "esac" and level.mode == "pattern":
            self.close("case", end, level)
        elif word == "in" and compound == "case":
            level.mode = "pattern"
        elif word == "do" and compound == "loop":
            self.phase(word, level)

    def open(self, word: str, at: int, level: Level) -> None:
        """The beginning of a compound command."""
        element = self.element(level, at)
        element.compound = _OPENERS.get(word, "subshell")
        level.open.append((element, level.block, self.options))
        kind = "function" if level.function else element.compound
        level.function = False
        if kind in ("if", "loop"):
            kind = "condition"
        level.block = self.block("branch" if kind == "case" else kind, element)
        level.joint = ""
        if word in ("for", "select", "case"):
            level.mode = "head"

    def phase(self, word: str, level: Level) -> None:
        """The next part of a compound command: then, else, do."""
        self.flush(level, "")
        level.mode, level.joint, level.negated = "", "", False
        if level.open and level.open[-1][0].compound == _PHASE_OF[word]:
            level.block = self.block(_PHASES[word], level.open[-1][0])

    def close(self, compound: str, end: int, level: Level) -> None:
        """Closes the innermost compound of a kind, and what was left open inside it."""
        self.flush(level, "")
        level.mode = ""
        if not any(element.compound == compound for element, _, _ in reversed(level.open[-50:])):
            return
        while level.open:
            element, block, options = level.open.pop()
            level.block, level.joint, level.negated = block, "", False
            element.end = end
            if element.compound == "subshell":
                self.options = options
            if element.compound == compound:
                return

    def function(self, level: Level) -> None:
        """What was read as a command is a function's name."""
        element, level.element = level.element, None
        if element is not None:
            element.compound = "name"  # no command after all
            level.block.elements.pop()
        level.function = True

    def next_pattern(self, level: Level) -> None:
        """The end of a case's branch."""
        if level.open and level.open[-1][0].compound == "case":
            level.mode, level.joint = "pattern", ""

    def flush(self, level: Level, operator: str) -> None:
        """The end of a command; a line break after an operator ends nothing."""
        level.redirect = None
        if level.mode in ("test", "name"):
            level.mode = ""
        element, level.element = level.element, None
        if element is not None:
            self.set_options(element)
        last = level.block.elements[-1] if level.block.elements else None
        if last is not None and not last.after and operator:
            last.after = level.joint = operator

    def set_options(self, element: Element) -> None:
        """Follows `set -e`, `set +x`, `set -o pipefail`."""
        if element.words and element.words[0].raw == "set":
            self.options = changed(self.options, [word.text for word in element.words[1:]])


def changed(options: frozenset[str], words: list[str]) -> frozenset[str]:
    """Shell options after `set WORDS` (the words without `set`); `-e` and `-o pipefail` forms."""
    found = set(options)
    at = 0
    while at < len(words) and words[at][:1] in ("-", "+") and words[at] not in ("-", "--"):
        word = words[at]
        named = [_OPTIONS[letter] for letter in word[1:] if letter in _OPTIONS]
        if "o" in word[1:] and at + 1 < len(words):
            at += 1
            named.append(words[at])
        (found.update if word[0] == "-" else found.difference_update)(named)
        at += 1
    return frozenset(found)
