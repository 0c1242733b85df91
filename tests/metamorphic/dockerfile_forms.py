"""Dockerfiles written otherwise: other forms of the same instruction."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from random import Random

from dockguard.formats.dockerfile.text.tree import Instruction, Pair, Tree
from dockguard.formats.dockerfile.variables.expand import expand
from tests.metamorphic.change import Change, Edit
from tests.metamorphic.dockerfile_layout import every, of_tree

_PLAIN = re.compile(r"[\w./:@%+,~=-]+")
_BARE = re.compile(r"(?<![\\$])\$([A-Za-z_]\w*)")
_BRACED = re.compile(r"(?<![\\$])\$\{([A-Za-z_]\w*)\}(?!\w)")
_NAMES = re.compile(r"\$\{?([A-Za-z_]\w*)")


def _own_lines(item: Instruction) -> bool:
    return item.trigger is None and not item.error and not item.heredocs


def _replaced(item: Instruction, lines: Iterable[str]) -> Edit:
    return item.span.start, item.span.end, "\n".join(lines)


def _names(pairs: Iterable[Pair]) -> set[str]:
    return {pair.name.text for pair in pairs}


def _uses(pair: Pair) -> set[str]:
    return set(_NAMES.findall(pair.value.text if pair.value else ""))


def _written(pair: Pair) -> str:
    return pair.name.text if pair.value is None else f"{pair.name.text}={pair.value.text}"


def _split(tree: Tree, rng: Random) -> Iterator[Edit]:
    """One instruction for each pair, where none uses another: values are replaced before the whole is set."""
    for item in tree.instructions:
        fits = item.name in ("ENV", "LABEL", "ARG") and len(item.pairs) > 1 and _own_lines(item)
        if any(pair.value and expand(pair.value.text, {}, tree.escape).error for pair in item.pairs):
            continue  # refused as a whole
        if fits and not any(_uses(pair) & _names(item.pairs) for pair in item.pairs):
            yield _replaced(item, (f"{item.name} {_written(pair)}" for pair in item.pairs))


def _united(tree: Tree, rng: Random) -> Iterator[Edit]:
    """One instruction for neighbours of the same name, where none uses another."""
    run: list[Instruction] = []
    for item in (*tree.instructions, None):
        fits = item is not None and item.name in ("ENV", "LABEL") and _own_lines(item) and _joinable(run, item)
        if item is None or not fits:
            yield from _as_one(tree, run)
            run = [item] if item is not None and item.name in ("ENV", "LABEL") and _simple(item) else []
        else:
            run.append(item)
    return


def _simple(item: Instruction) -> bool:
    return _own_lines(item) and bool(item.pairs) and not any(pair.legacy for pair in item.pairs)


def _joinable(run: list[Instruction], item: Instruction) -> bool:
    if not run or item.name != run[0].name or not _simple(item):
        return False
    before = [pair for one in run for pair in one.pairs]
    return not any(_uses(pair) & _names(before) for pair in item.pairs) and not _names(before) & _names(item.pairs)


def _as_one(tree: Tree, run: list[Instruction]) -> Iterator[Edit]:
    between = [
        tree.source.text[a.span.end : b.span.start].strip() for a, b in pairwise(run)
    ]  # comments belong to the instruction below them
    if len(run) > 1 and not any(between):
        pairs = " ".join(_written(pair) for item in run for pair in item.pairs)
        yield run[0].span.start, run[-1].span.end, f"{run[0].name} {pairs}"


def _modern(tree: Tree, rng: Random) -> Iterator[Edit]:
    """`ENV name value` as `ENV name="value"`."""
    for item in tree.instructions:
        for pair in item.pairs:
            if pair.legacy and pair.value and not re.search(r"[\"'\\`\n]", pair.value.text):
                yield _replaced(item, [f'{item.name} {pair.name.text}="{pair.value.text}"'])


def _quoted(tree: Tree, rng: Random) -> Iterator[Edit]:
    for item in tree.instructions:
        for pair in item.pairs:
            if pair.value and not pair.legacy and _PLAIN.fullmatch(pair.value.text):
                quote = rng.choice("\"'")
                yield pair.value.span.start, pair.value.span.end, f"{quote}{pair.value.text}{quote}"


def _variables(item: Instruction) -> bool:
    """Whether `$X` and `${X}` are the same in it: for BuildKit, or for a shell."""
    return not (item.json and item.name in ("RUN", "CMD", "ENTRYPOINT", "SHELL")) and not item.heredocs


def _marks(mark: re.Pattern[str], form: str) -> Callable[[Tree, Random], Iterator[Edit]]:
    def edits(tree: Tree, rng: Random) -> Iterator[Edit]:
        for item in tree.instructions:
            if _variables(item) and "'" not in item.span.text:
                for found in mark.finditer(tree.source.text, item.span.start, item.span.end):
                    yield found.start(), found.end(), form.format(found[1])

    return edits


def _lists(tree: Tree, rng: Random) -> Iterator[Edit]:
    """`COPY a b` and `COPY ["a", "b"]`."""
    for item in every(tree):
        if item.name in ("COPY", "ADD", "VOLUME") and item.words and not item.heredocs:
            start, end = item.words[0].span.start, item.words[-1].span.end
            words = [word.text for word in item.words]
            if not all(_PLAIN.fullmatch(word) for word in words):
                continue
            if item.json:
                yield item.argument.span.start, item.argument.span.end, " ".join(words)
            else:
                yield start, end, json.dumps(words)


def _by_shell(names: tuple[str, ...]) -> Callable[[Tree, Random], Iterator[Edit]]:
    """The shell form as what Docker makes of it: `["/bin/sh", "-c", …]`; Windows has another shell."""

    def edits(tree: Tree, rng: Random) -> Iterator[Edit]:
        if any(item.name == "SHELL" for item in every(tree)) or re.search(r"windows|nanoserver", tree.source.text):
            return
        for item in every(tree):
            span = item.argument.span
            if item.name in names and not item.json and not item.heredocs and item.argument.text and not item.error:
                words = ["/bin/sh", "-c", item.argument.text]
                yield span.start, span.end, json.dumps(words, ensure_ascii=False)

    return edits


def _line_end(tree: Tree, item: Instruction) -> int:
    """The end of its last line: a mark that ends a heredoc stands alone."""
    return tree.source.line_span(item.end_line).end


def _heredoc(tree: Tree, rng: Random) -> Iterator[Edit]:
    """`RUN command` as a heredoc of the same one line."""
    for item in tree.instructions:
        word = item.argument
        if item.name == "RUN" and not item.json and _own_lines(item) and word.text and "<<" not in word.text:
            yield (
                word.span.start,
                _line_end(tree, item),
                rng.choice(["<<EOF\n{}\nEOF", "<<'X'\n{}\nX"]).format(word.text),
            )


def _no_heredoc(tree: Tree, rng: Random) -> Iterator[Edit]:
    """A heredoc of one line as a plain command."""
    for item in tree.instructions:
        if item.name == "RUN" and len(item.heredocs) == 1 and re.fullmatch(r"<<-?['\"]?\w+['\"]?", item.argument.text):
            lines = item.heredocs[0].body.text.strip("\n").split("\n")
            if len(lines) == 1 and not re.search(r"[\\#]|<<", lines[0]) and lines[0].strip():
                yield item.argument.span.start, _line_end(tree, item), lines[0].strip()


def _each_port(tree: Tree, rng: Random) -> Iterator[Edit]:
    for item in tree.instructions:
        if item.name == "EXPOSE" and len(item.words) > 1:
            yield _replaced(item, (f"EXPOSE {word.text}" for word in item.words))


def _flags(tree: Tree, rng: Random) -> Iterator[Edit]:
    """The flags of an instruction in the other order; mounts stay in theirs."""
    for item in tree.instructions:
        names = [flag.name for flag in item.flags]
        if len(set(names)) == len(names) > 1:
            written = [flag.span.text for flag in reversed(item.flags)]
            yield item.flags[0].span.start, item.flags[-1].span.end, " ".join(written)


def _argued(tree: Tree, rng: Random) -> Iterator[Edit]:
    """A word as the default of an argument above it, which nothing else sets."""
    for number, item in enumerate(tree.instructions):
        if item.name in ("WORKDIR", "USER", "EXPOSE") and len(item.words) == 1 and not item.error:
            word = item.words[0]
            if _PLAIN.fullmatch(word.text):
                yield item.span.start, item.span.start, f"ARG DG_{number}={word.text}\n"
                yield word.span.start, word.span.end, f"${{DG_{number}}}"


def _argued_base(tree: Tree, rng: Random) -> Iterator[Edit]:
    """The image of each FROM as the default of an argument above the first."""
    stages = {item.words[2].text.lower() for item in tree.instructions if item.name == "FROM" and len(item.words) == 3}
    first = next((item for item in tree.instructions if item.name == "FROM"), None)
    if first is None:
        return
    for number, item in enumerate(tree.instructions):
        if item.name == "FROM" and item.words and _PLAIN.fullmatch(item.words[0].text):
            word = item.words[0]
            if word.text.lower() not in stages:
                yield first.span.start, first.span.start, f"ARG DG_{number}={word.text}\n"
                yield word.span.start, word.span.end, f"${{DG_{number}}}"


def _stages(tree: Tree, rng: Random) -> Iterator[Edit]:
    """The names of stages in capitals, where they are given; BuildKit does not mind."""
    for item in tree.instructions:
        if item.name == "FROM" and len(item.words) == 3:
            yield item.words[2].span.start, item.words[2].span.end, item.words[2].text.upper()


_EDITS = {
    "a line for each pair": _split,
    "pairs in one line": _united,
    "name=value": _modern,
    "quoted values": _quoted,
    "braces around variables": _marks(_BARE, "${{{}}}"),
    "no braces around variables": _marks(_BRACED, "${}"),
    "JSON lists": _lists,
    "RUN by /bin/sh": _by_shell(("RUN",)),
    "CMD by /bin/sh": _by_shell(("CMD", "ENTRYPOINT")),
    "RUN as heredoc": _heredoc,
    "heredoc as RUN": _no_heredoc,
    "a line for each port": _each_port,
    "order of flags": _flags,
    "words by arguments": _argued,
    "images by arguments": _argued_base,
    "names of stages": _stages,
}
_COARSE = ("RUN by /bin/sh", "CMD by /bin/sh")  # a string of a JSON list is one place
CHANGES = tuple(Change(name, "dockerfile", of_tree(edits), coarse=name in _COARSE) for name, edits in _EDITS.items())
