"""Compose files written otherwise as YAML: styles, quotes, comments, line ends, order, anchors."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from random import Random
from typing import Any

from dockguard.formats.compose.text.parse import Node, Tree
from dockguard.formats.compose.text.scalars import plain_scalar
from tests.metamorphic.change import Change, Edit, Make, edited, of_text
from tests.metamorphic.yaml_text import Data, block, data_of, flow, nodes, of_data, services, tree_of

_SIMPLE = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*")
_WORDS = frozenset("y n yes no on off true false null".split())


def of_tree(edits: Callable[[Tree, Random], Iterable[Edit]]) -> Make:
    """A change that is made of edits of one YAML text."""

    def rewrite(text: str, rng: Random) -> str | None:
        tree = tree_of(text)
        return None if tree is None else edited(text, edits(tree, rng))

    return of_text(rewrite)


def _scalars(tree: Tree) -> Iterator[Node]:
    return (node for node in nodes(tree) if node.kind == "scalar" and node.start < node.end)


def _free(tree: Tree) -> Iterator[int]:
    """The beginnings of lines that no text goes on in."""
    taken = [(node.start, node.end) for node in _scalars(tree) if "\n" in tree.source.text[node.start : node.end]]
    for at in tree.source.line_starts[1:]:
        if at < len(tree.source.text) and not any(start < at <= end for start, end in taken):
            yield at


def _commented(tree: Tree, rng: Random) -> Iterable[Edit]:
    return ((at, at, rng.choice(["# plain words\n", "\n", "      # a: b c\n", " \n"])) for at in _free(tree))


def _remarked(tree: Tree, rng: Random) -> Iterator[Edit]:
    """Comments behind what a line says."""
    for at in _free(tree):
        line = tree.source.text[: at - 1].rpartition("\n")[2]
        if line.strip() and "#" not in line and line[-1] not in "|>\r" and not re.search(r"[|>][+-]?\d?$", line):
            yield at - 1, at - 1, "  # plain words"


def _quoted(tree: Tree, rng: Random) -> Iterator[Edit]:
    for node in _scalars(tree):
        text, style = node.data
        if not style and not node.tag and not node.anchor and text != "<<" and isinstance(plain_scalar(text), str):
            new = json.dumps(text, ensure_ascii=False) if rng.random() < 0.5 else "'" + text.replace("'", "''") + "'"
            yield node.start, node.end, new


def _unquoted(tree: Tree, rng: Random) -> Iterator[Edit]:
    for node in _scalars(tree):
        text, style = node.data
        plain = _SIMPLE.fullmatch(text) and text.lower() not in _WORDS
        if plain and style in ("'", '"') and not node.tag and not node.anchor:
            yield node.start, node.end, text


def _crlf(text: str, rng: Random) -> str:
    return text.replace("\n", "\r\n")


def _marked(text: str, rng: Random) -> str | None:
    if re.search(r"^(---|\.\.\.|%)", text, re.M):
        return None
    return f"# plain words\n---\n{text.rstrip()}\n...\n" if tree_of(text) else None


def _written(write: Callable[[Data], str]) -> Make:
    def rewrite(text: str, rng: Random) -> str | None:
        data = data_of(text)
        return None if data is None else write(data)

    return of_text(rewrite)


def _half_flow(data: Data) -> str:
    """Each service in flow style, all else in block style."""
    names = "".join(f"  {flow(name)}: {flow(body)}\n" for name, body in data["services"].items())
    rest = {key: value for key, value in data.items() if key != "services"}
    return (block(rest) if rest else "") + "services:" + (f"\n{names}" if names else " {}\n")


def _literal(data: Data) -> str:
    """Strings of values as literal blocks where they stand alone."""
    return re.sub(r'^( *)(".*?"|-): "([^"\\\n]+)"$', r"\1\2: |-\n\1    \3", block(data), flags=re.M)


def _shuffled(data: Any, rng: Random) -> Any:
    """Mappings in another order; lists stay in theirs."""
    if isinstance(data, dict):
        items = [(key, _shuffled(value, rng)) for key, value in data.items()]
        rng.shuffle(items)
        return dict(items)
    return [_shuffled(item, rng) for item in data] if isinstance(data, list) else data


def _reordered(text: str, rng: Random) -> str | None:
    data = data_of(text)
    return None if data is None else block(_shuffled(data, rng))


def _merged_in(text: str, rng: Random) -> str | None:
    """Each service's body under an anchor, and a merge key."""
    data = data_of(text)
    if data is None:
        return None
    shared, bodies = "", "services:\n"
    for number, (name, body) in enumerate(data["services"].items()):
        if not isinstance(body, dict) or len(body) < 2:
            return None
        keys = list(body)
        own = {key: body[key] for key in keys[: len(keys) // 2]}
        rest = {key: body[key] for key in keys[len(keys) // 2 :]}
        shared += f"x-part-{number}: &part{number}\n{block(rest, '  ')}"
        bodies += f"  {flow(name)}:\n    <<: *part{number}\n{block(own, '    ')}"
    top = {key: value for key, value in data.items() if key != "services"}
    return shared + bodies + (block(top) if top else "")


def _aliased(text: str, rng: Random) -> str | None:
    """Each list and mapping of a service by an alias of one that stands above."""
    data = data_of(text)
    if data is None:
        return None
    above = ""
    for service in services(data):
        for key, value in service.items():
            if isinstance(value, (dict, list)) and value:
                name = f"a{above.count('&')}"
                above += f"x-{name}: &{name} {flow(value)}\n"
                service[key] = f"*{name}"
    return above + re.sub(r'"(\*a\d+)"$', r"\1", block(data), flags=re.M) if above else None


def _extended(data: Data, rng: Random) -> Data:
    """Extension fields, which mean nothing."""
    for service in services(data):
        service["x-note"] = {"owner": ["somebody"]}
    return {"x-about": "plain words", **data}


_MAKERS = {
    "YAML comments": of_tree(_commented),
    "comments behind": of_tree(_remarked),
    "quoted scalars": of_tree(_quoted),
    "plain scalars": of_tree(_unquoted),
    "YAML with CRLF": of_text(_crlf),
    "document marks": of_text(_marked),
    "block style": _written(block),
    "wide block style": _written(lambda data: block(data, "", "      ")),
    "flow style": _written(_half_flow),
    "JSON": _written(lambda data: json.dumps(data, indent=1)),
    "literal strings": _written(_literal),
    "order of keys": of_text(_reordered),
    "merge keys": of_text(_merged_in),
    "aliases": of_text(_aliased),
    "extension fields": of_data(_extended),
}
CHANGES = tuple(Change(name, "compose", make) for name, make in _MAKERS.items())
