"""Dockerfiles written otherwise: case, blanks, comments, continuations, line ends, the escape character."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from random import Random

from dockguard.formats.dockerfile.text.parse import parse
from dockguard.formats.dockerfile.text.tree import Instruction, Tree
from dockguard.source import Source
from tests.metamorphic.change import Change, Edit, Make, edited, of_text

_SHELL = ("RUN", "CMD", "ENTRYPOINT")
_BROKEN = re.compile(r"\\[ \t]*\n")


def tree_of(text: str) -> Tree | None:
    """The tree of a Dockerfile that BuildKit can read; None for others."""
    tree = parse(Source("Dockerfile", text))
    return None if tree.problems else tree


def every(tree: Tree) -> Iterator[Instruction]:
    """The instructions, and those that ONBUILD carries."""
    for item in tree.instructions:
        yield item
        if item.trigger is not None:
            yield item.trigger


def gaps(item: Instruction, escape: str) -> Iterator[tuple[int, int]]:
    """Blanks between the words of an instruction, where more of them mean the same."""
    if item.trigger is not None:
        return
    if not item.json and item.name in (*_SHELL, "HEALTHCHECK"):
        yield from _shell_gaps(item, escape)
        return
    if item.name in ("WORKDIR", "USER", "MAINTAINER", "STOPSIGNAL", "SHELL") or any(p.legacy for p in item.pairs):
        return
    parts = [flag.span for flag in item.flags] + [word.span for word in item.words]
    for left, right in pairwise(parts):
        if item.json and item.name != "HEALTHCHECK":
            comma = left.source.text.find(",", left.end, right.start)
            yield comma + 1, right.start
        elif left.source.text[left.end : right.start].strip(" \t") == "" and left.end < right.start:
            yield left.end, right.start


def _shell_gaps(item: Instruction, escape: str) -> Iterator[tuple[int, int]]:
    """Of a command, outside of quotes; none where there is more than simple words and `&&`."""
    span = item.argument.span
    text = span.text
    if item.heredocs or re.search(r"[`()]|<<|\$\{|\$'|#", text) or "\n" in text.replace(f"{escape}\n", ""):
        return
    quote = ""
    for match in re.finditer(r"\\[^\n]|['\"]|(?<![ \t\n\\`])[ \t]+(?![ \t\n\\`])", text):
        mark = match[0]
        if mark in ("'", '"'):
            quote = "" if quote == mark else quote or mark
        elif not quote and mark[0] in " \t":
            yield span.start + match.start(), span.start + match.end()


def of_tree(edits: Callable[[Tree, Random], Iterable[Edit]]) -> Make:
    """A change that is made of edits of one Dockerfile."""

    def rewrite(text: str, rng: Random) -> str | None:
        tree = tree_of(text)
        return None if tree is None else edited(text, edits(tree, rng))

    return of_text(rewrite)


def _cased(tree: Tree, rng: Random) -> Iterator[Edit]:
    style = rng.choice([str.lower, str.capitalize, str.swapcase])
    for item in every(tree):
        yield item.keyword.start, item.keyword.end, style(item.keyword.text)
        if item.name == "HEALTHCHECK" and item.words and item.words[0].text == "CMD":
            yield item.words[0].span.start, item.words[0].span.end, style("CMD")


def _as_cased(tree: Tree, rng: Random) -> Iterator[Edit]:
    for item in tree.instructions:
        if item.name == "FROM" and len(item.words) == 3:
            yield item.words[1].span.start, item.words[1].span.end, item.words[1].text.swapcase()


def _commented(tree: Tree, rng: Random) -> Iterator[Edit]:
    for item in tree.instructions[1:]:
        at = tree.source.line_starts[item.line - 1]
        yield at, at, rng.choice(["# plain words\n", "\n", "  \n# a: b c\n\n", "#\n"])


def _breaks(tree: Tree) -> set[int]:
    """The beginnings of lines that continue an instruction."""
    source = tree.source
    lines = ((item, source.position(p[1])[0]) for item in tree.instructions for p in item.joined.pieces[1:])
    return {source.line_starts[line - 1] for item, line in lines if line > item.line}


def _commented_within(tree: Tree, rng: Random) -> Iterable[Edit]:
    return ((at, at, "    # plain words\n") for at in _breaks(tree))


def _blank_within(tree: Tree, rng: Random) -> Iterable[Edit]:
    return ((at, at, "\n") for at in _breaks(tree))


def _continued(tree: Tree, rng: Random) -> Iterable[Edit]:
    """A line for each word."""
    text = tree.source.text
    found = [gap for item in tree.instructions for gap in gaps(item, tree.escape)]
    return ((a, b, f" {tree.escape}\n    ") for a, b in found if rng.random() < 0.6 and text[b] != "#")


def _joined(tree: Tree, rng: Random) -> Iterator[Edit]:
    """Every instruction in one line."""
    for item in tree.instructions:
        if len(item.joined.pieces) > 1:
            _, start, length = item.joined.pieces[-1]
            yield item.span.start, start + length, item.joined.text


def _spaced(tree: Tree, rng: Random) -> Iterator[Edit]:
    for item in every(tree):
        yield item.keyword.end, item.keyword.end, rng.choice(["", " ", "\t"])
        for start, end in gaps(item, tree.escape):
            yield start, end, rng.choice(["  ", "\t", " \t " + " " * 20])


def _indented(tree: Tree, rng: Random) -> Iterable[Edit]:
    return ((i.span.start, i.span.start, rng.choice(["", "  ", "\t"])) for i in tree.instructions)


def _trailing(tree: Tree, rng: Random) -> Iterable[Edit]:
    """Blanks behind instructions, where BuildKit cuts them off."""
    ends = [item.span.end for item in tree.instructions if not item.heredocs]
    return ((end, end, rng.choice([" ", "\t "])) for end in ends)


def _crlf(text: str, rng: Random) -> str | None:
    """A carriage return in a heredoc would reach the shell."""
    tree = tree_of(text)
    if tree is None or any(item.heredocs for item in tree.instructions):
        return None
    return text.replace("\n", "\r\n")


def _backtick(text: str, rng: Random) -> str | None:
    """The other escape character, where the first one only continues lines."""
    tree = tree_of(text)
    if tree is None or "`" in text or any(d.name == "escape" for d in tree.directives) or text.startswith("#!"):
        return None
    if "\\" in _BROKEN.sub("\n", text) or any(item.heredocs for item in tree.instructions):
        return None
    return "# escape=`\n" + _BROKEN.sub("`\n", text)


def _ends_late(text: str, rng: Random) -> str | None:
    return text.rstrip("\n") if rng.random() < 0.5 else f"{text}\n\n# the end\n\n"


_MAKERS = {
    "keyword case": of_tree(_cased),
    "AS case": of_tree(_as_cased),
    "comments between instructions": of_tree(_commented),
    "comments within instructions": of_tree(_commented_within),
    "blank lines within instructions": of_tree(_blank_within),
    "a line for each word": of_tree(_continued),
    "one line for each instruction": of_tree(_joined),
    "more blanks": of_tree(_spaced),
    "indented instructions": of_tree(_indented),
    "blanks behind instructions": of_tree(_trailing),
    "CRLF": of_text(_crlf),
    "escape directive": of_text(_backtick),
    "other end of file": of_text(_ends_late),
}
CHANGES = tuple(Change(name, "dockerfile", make) for name, make in _MAKERS.items())
