"""YAML text to a tree of placed values: limits while events arrive, aliases, merge keys, tags, duplicates."""

from __future__ import annotations

import re
from typing import Any

from dockguard.finding import Problem
from dockguard.formats.compose.text.scalars import Moment, plain_scalar
from dockguard.formats.compose.text.tree import Path, Value
from dockguard.lazy import cached_property, regex
from dockguard.record import dataclass
from dockguard.source import Source, Span, Via

MAX_DEPTH = 200  # nested collections; Python's own stack ends near 1,000 frames
MAX_EVENTS = 50_000
MAX_NODES = 100_000  # after aliases are written out; Docker Compose stops at as many visits
_SLASH = regex(r"(?<!\\)(?:\\\\)*\\/")  # JSON's escape, which YAML 1.1 has not


class Refused(Exception):
    """A text that is no YAML, or that is too much of it."""

    def __init__(self, message: str, start: int, end: int | None = None, code: str = "compose-syntax") -> None:
        super().__init__(message)
        self.message, self.start, self.end, self.code = message, start, start if end is None else end, code


@dataclass(frozen=True, slots=True)
class Defect:
    """Something that parses here and that Docker Compose refuses."""

    span: Span
    message: str


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document: its value, and the paths that `!reset` and `!override` clear in what came before."""

    value: Value
    cleared: tuple[tuple[Path, Span, str], ...]
    defects: tuple[Defect, ...] = ()


@dataclass(eq=False)
class Tree:
    """One file, parsed. `scalars` are the places of all scalars, for telling comments from text."""

    source: Source
    documents: tuple[Document, ...]
    problems: tuple[Problem, ...]
    nodes: tuple[Node, ...] = ()

    @cached_property
    def root(self) -> Value:
        """The first document's value; an empty mapping when there is none."""
        return self.documents[0].value if self.documents else Value({}, self.source.whole)


class Node:
    """A YAML node before aliases and merge keys are resolved."""

    __slots__ = ("alias", "anchor", "data", "depth", "end", "flow", "kind", "size", "start", "tag", "value")

    def __init__(self, kind: str, start: int, end: int, tag: str = "", anchor: str = "") -> None:
        self.kind = kind  # scalar, map, list, alias
        self.start, self.end = start, end
        self.tag, self.anchor = tag, anchor
        self.data: Any = [] if kind in ("map", "list") else None
        self.alias: Node | None = None
        self.flow = False
        self.size, self.depth = 1, 0
        self.value: Any = None  # the resolved value, memoised


def parse(source: Source) -> Tree:
    """A text as documents; never raises. What is no YAML is a problem of the tree."""
    try:
        roots = _Composer(source.text).documents()
        builder = [(_Builder(source), root) for root in roots]
        documents = tuple(build.document(root) for build, root in builder)
        return Tree(source, documents, (), tuple(roots))
    except Refused as error:
        end = min(max(error.end, error.start), len(source.text))
        span = Span(source, min(error.start, end), end)
        return Tree(source, (), (Problem(error.code, error.message, span, source.path),))


class _Composer:
    """Events of the YAML parser to nodes, without recursion."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.stack: list[Node] = []
        self.roots: list[Node] = []
        self.anchors: dict[str, Node] = {}

    def documents(self) -> list[Node]:
        from ruamel.yaml import YAML
        from ruamel.yaml.error import MarkedYAMLError, YAMLError

        count = 0
        try:
            for event in YAML(typ="safe", pure=True).parse(self.text):
                count += 1
                if count > MAX_EVENTS:
                    raise Refused(f"more than {MAX_EVENTS:,} YAML events", event.start_mark.index, code="too-large")
                self.take(event)
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            message = " ".join(str(part) for part in (error.context, error.problem) if part)
            raise Refused(message or "invalid YAML", mark.index if mark else 0) from None
        except YAMLError as error:
            raise Refused(_first_line(error), _offset(error, self.text)) from None
        except (
            ValueError,
            OverflowError,
            AttributeError,
            IndexError,
            TypeError,
            RecursionError,
            AssertionError,
        ) as error:
            raise Refused(f"invalid YAML: {_first_line(error)}", 0) from None
        return self.roots

    def take(self, event: Any) -> None:
        name = type(event).__name__
        if name == "ScalarEvent":
            self.add(self.scalar(event))
        elif name == "AliasEvent":
            self.add(self.alias(event))
        elif name in ("MappingStartEvent", "SequenceStartEvent"):
            self.open(event, "map" if name[0] == "M" else "list")
        elif name in ("MappingEndEvent", "SequenceEndEvent"):
            self.close(event)
        elif name == "DocumentStartEvent":
            if event.version not in (None, (1, 1)):
                raise Refused("found incompatible YAML document: Docker Compose reads YAML 1.1", event.start_mark.index)
            self.anchors = {}

    def scalar(self, event: Any) -> Node:
        node = Node("scalar", event.start_mark.index, event.end_mark.index, event.tag or "", event.anchor or "")
        node.data = (event.value, event.style or "")
        if event.style == '"' and _SLASH.search(self.text, node.start, node.end):
            raise Refused("found unknown escape character: Docker Compose does not read `\\/`", node.start)
        return node

    def open(self, event: Any, kind: str) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise Refused(f"nested deeper than {MAX_DEPTH} levels", event.start_mark.index, code="too-deep")
        node = Node(kind, event.start_mark.index, event.end_mark.index, event.tag or "", event.anchor or "")
        node.flow = bool(event.flow_style)
        if node.anchor:
            self.anchors[node.anchor] = node
        self.stack.append(node)

    def close(self, event: Any) -> None:
        node = self.stack.pop()
        if node.kind == "map":
            flat = node.data
            node.data = list(zip(flat[::2], flat[1::2], strict=False))
            _place_empty(self.text, node.data)
        children = [part for pair in node.data for part in pair] if node.kind == "map" else node.data
        node.end = event.end_mark.index if node.flow else max((child.end for child in children), default=node.start)
        node.size = 1 + sum(child.size for child in children)
        node.depth = 1 + max((child.depth for child in children), default=0)
        _bounded(node)
        self.add(node)

    def alias(self, event: Any) -> Node:
        start, end = event.start_mark.index, event.end_mark.index
        target = self.anchors.get(event.anchor)
        if target is None:
            raise Refused(f"found undefined alias `{event.anchor}`", start, end)
        if target in self.stack:
            raise Refused(f"anchor `{event.anchor}` contains itself", start, end)
        node = Node("alias", start, end)
        node.alias, node.size, node.depth = target, target.size, target.depth
        return node

    def add(self, node: Node) -> None:
        if node.anchor:
            self.anchors[node.anchor] = node
        if self.stack:
            self.stack[-1].data.append(node)
        else:
            self.roots.append(node)


def _bounded(node: Node) -> None:
    if node.size > MAX_NODES:
        raise Refused(f"more than {MAX_NODES:,} values once aliases are written out", node.start, code="too-large")
    if node.depth > MAX_DEPTH:
        raise Refused(
            f"nested deeper than {MAX_DEPTH} levels once aliases are written out", node.start, code="too-deep"
        )


def _place_empty(text: str, pairs: list[tuple[Node, Node]]) -> None:
    """An absent value is marked at the next token; its place is behind its key."""
    for key, value in pairs:
        if value.kind == "scalar" and value.start == value.end and not value.data[0]:
            value.start = value.end = key.end


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0][:200] or type(error).__name__


def _offset(error: Exception, text: str) -> int:
    position = getattr(error, "position", 0)
    return position if isinstance(position, int) and 0 <= position <= len(text) else 0


class _Builder:
    """Nodes to values, as Docker Compose decodes them."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.cleared: list[tuple[Path, Span, str]] = []
        self.defects: list[Defect] = []
        self.known: dict[int, tuple[Value | None, list[tuple[Path, Span, str]]]] = {}

    def document(self, root: Node) -> Document:
        value = self.build(root, ())
        if value is None:
            value = Value({}, self.span(root))
        return Document(value, tuple(self.cleared), tuple(self.defects))

    def span(self, node: Node) -> Span:
        return Span(self.source, node.start, node.end)

    def build(self, node: Node, path: Path) -> Value | None:
        """The value of a node; None for a `!reset`."""
        if node.kind == "alias":
            assert node.alias is not None
            value = self.build(node.alias, path)
            if value is None:
                return None
            return value.step(self.span(node), "used here through an alias", direct=False)
        if node.tag in ("!reset", "!override"):
            self.cleared.append((_without_merges(path), self.span(node), node.tag))
            if node.tag == "!reset":
                return None
        if node.kind == "scalar":
            return self.scalar(node)
        return self.collection(node, path)

    def collection(self, node: Node, path: Path) -> Value | None:
        """Built once however many aliases lead to it; the cleared paths in it count for each of them."""
        if id(node) in self.known:
            value, cleared = self.known[id(node)]
            self.cleared += [(_without_merges((*path, *tail)), span, tag) for tail, span, tag in cleared]
            return value
        before = len(self.cleared)
        value = self.mapping(node, path) if node.kind == "map" else self.sequence(node, path)
        cut = len(_without_merges(path))
        self.known[id(node)] = (value, [(where[cut:], span, tag) for where, span, tag in self.cleared[before:]])
        return value

    def sequence(self, node: Node, path: Path) -> Value:
        items = [self.build(child, (*path, str(index))) for index, child in enumerate(node.data)]
        return Value([item for item in items if item is not None], self.span(node))

    def mapping(self, node: Node, path: Path) -> Value:
        entries: dict[str, Value] = {}
        merges: list[tuple[Node, Value]] = []
        seen: dict[str, Node] = {}
        for key, child in node.data:
            name = self.name(key)
            if name in seen:
                line = self.source.position(seen[name].start)[0]
                self.defects.append(Defect(self.span(key), f"mapping key `{name}` already defined at line {line}"))
            seen[name] = key
            value = self.build(child, (*path, name))
            if value is None:
                continue
            if name == "<<" and not key.data[1]:
                merges.append((child, value))
            else:
                entries[name] = value.under(self.span(key))
        for child, value in merges:
            self.merge(child, value, entries)
        return Value(entries, self.span(node))

    def merge(self, node: Node, value: Value, entries: dict[str, Value]) -> None:
        """`<<`: what the mapping does not say itself, from one mapping or from several, the first one first."""
        for source in value.data if value.is_list else [value]:
            if not source.is_map:
                self.defects.append(Defect(self.span(node), "map merge requires a mapping or a list of mappings"))
                continue
            for name, entry in source.data.items():
                if name not in entries:
                    entries[name] = entry.step(self.span(node), "merged in here by `<<`", direct=False)

    def name(self, key: Node) -> str:
        target = key.alias if key.alias is not None else key
        if target.kind != "scalar":
            self.defects.append(Defect(self.span(key), "a collection cannot be a key"))
            return self.source.text[key.start : key.end]
        value = self.scalar(target).data
        if not isinstance(value, str) or isinstance(value, Moment):
            self.defects.append(Defect(self.span(key), f"non-string key {target.data[0] or 'null'}"))
            return str(target.data[0])
        return value

    def scalar(self, node: Node) -> Value:
        text, style = node.data
        span = self.span(node)
        if node.tag or node.anchor:
            span = Span(self.source, _behind_properties(self.source.text, node.start, node.end), node.end)
        return Value(_decode(text, style, node.tag), span)


def _without_merges(path: Path) -> Path:
    return tuple(name for name in path if name != "<<")


def _behind_properties(text: str, start: int, end: int) -> int:
    """Where the scalar itself begins, behind `&anchor` and `!tag`."""
    match = re.compile(r"(?:[&!][^\s,\[\]{}]*\s*)+").match(text, start, end)
    return match.end() if match else start


def _decode(text: str, style: str, tag: str) -> Any:
    # A lone surrogate is no text; it would also be taken for our own marks.
    if not text.isascii():
        text = re.sub("[\ud800-\udfff]", "\ufffd", text)
    kind = tag.removeprefix("tag:yaml.org,2002:")
    if kind in ("int", "float", "bool", "null"):
        return plain_scalar(text)
    if style or tag:  # a scalar with a tag of its own is a string, `!override 5` too
        return text
    return plain_scalar(text)


def history(value: Value) -> tuple[Via, ...]:
    """What a value passed through, the newest first."""
    return tuple(value.via) if value.via else ()


def problems(tree: Tree) -> tuple[Problem, ...]:
    """Why a text is no YAML."""
    return tree.problems
