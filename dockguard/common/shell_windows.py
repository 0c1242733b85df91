"""Windows command lines, cut roughly: words and what separates commands, nothing of their languages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dockguard.common.shell_tree import Block, Element
from dockguard.common.shell_words import Part, Word
from dockguard.lazy import regex
from dockguard.source import Source

_POWERSHELL = regex(
    r"""(?P<space>(?:[ \t\r]|`\r?\n|,)+)
 | (?P<comment>\#[^\n]*)
 | (?P<operator>\|\||&&|[|;\n(){}&=])
 | (?P<word>(?:"(?:`.|""|[^"`])*"?|'(?:''|[^'])*'?|`.|[^\s,|;(){}&"'`=])+)""",
    re.X | re.S,
)
_CMD = regex(
    r"""(?P<space>(?:[ \t\r,]|\^\r?\n)+)
 | (?P<operator>\|\||&&|[|&\n()])
 | (?P<word>(?:"[^"\n]*"?|\^.|(?<=[^\s(|&])\([A-Za-z,]{1,12}\)|[^\s,|&()"])+)""",
    re.X | re.S,
)
_QUOTES = regex(r"\"((?:`.|\"\"|[^\"`])*)\"?|'((?:''|[^'])*)'?", re.S)
_UNKNOWN = {"powershell": re.compile(r"\$[\w{(]"), "cmd": re.compile(r"%\w+%|![\w]+!")}


def elements(source: Source, start: int, end: int, dialect: str, block: Block) -> Iterator[Element]:
    """The commands of a text, in order."""
    tokens = (_POWERSHELL if dialect == "powershell" else _CMD).finditer(source.text, start, end)
    element, joint = None, ""  # type: tuple[Element | None, str]
    for token in tokens:
        if token["operator"]:
            if element is not None:
                element.after = token[0]
                yield element
            element, joint = None, token[0]
        elif token["word"]:
            if element is None:
                element = Element(block, joint, token.start(), frozenset())
                block.elements.append(element)
                if dialect == "cmd" and token[0].startswith("@"):  # cmd does not print such a line
                    if len(token[0]) > 1:
                        element.words.append(Word(source, token.start() + 1, token.end()))
                    element.end = token.end()
                    continue
            element.words.append(_word(source, token, dialect))
            element.end = token.end()
    if element is not None:
        yield element


def _word(source: Source, token: re.Match[str], dialect: str) -> Word:
    start, end, raw = token.start(), token.end(), token[0]
    single = raw.startswith("'")
    if not single and _UNKNOWN[dialect].search(raw):
        return Word(source, start, end, (Part("variable", start, end, raw, True),), '"' in raw)
    found = _QUOTES.fullmatch(raw)
    if found:
        group = 1 if found[1] is not None else 2
        inner = Part("text", start + found.start(group), start + found.end(group), found[group], True)
        return Word(source, start, end, (inner,), True)
    return Word(source, start, end)
