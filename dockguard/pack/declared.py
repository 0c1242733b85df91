"""Pages with a `check:` line: from expressions to findings."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from dockguard.finding import Edit, Finding, Fix, Note, Safety
from dockguard.formats.base import Kind
from dockguard.language.expression import (
    BadExpression,
    Code,
    Proof,
    Scope,
    compile,
    has_choice,
    parse,
    truth,
    why_unknown,
)
from dockguard.language.message import compile_template, place, span_of
from dockguard.language.sieve import sieve
from dockguard.pack.page import Page
from dockguard.source import Many, Span, Undecided
from dockguard.wording import show

MAX_NOTES = 8

Check = Callable[[Any, Mapping[str, Any]], Iterator[Finding]]
Sift = Callable[[Sequence[Any], Mapping[str, Any]], Sequence[Any]]


def sift(page: Page) -> Sift:
    """What leaves out the nodes that a page's check is surely false for, so that few pages are understood in full."""
    text, variable = str(page.meta["check"]), _variable(page)
    try:
        keep = sieve(parse(text), variable)
    except BadExpression:
        return lambda nodes, options: nodes  # the check itself says what is wrong
    tables = tables_of(page) if "table." in text else {}
    return lambda nodes, options: keep(nodes, {"option": options, "table": tables})


def _variable(page: Page) -> str:
    """What the page calls the node: `service` for `each: compose.service`."""
    return str(page.meta["each"]).rpartition(".")[2]


def declared(page: Page, kind: Kind | None, tables: Mapping[str, Any] | None = None) -> Check:
    """The check of a page; raises BadRule for an expression outside the language."""
    variable = _variable(page)
    try:
        tree = parse(str(page.meta["check"]))
        code, choice = compile(tree), has_choice(tree)
        message = compile_template(str(page.meta["message"]))
        at = place(parse(str(page.meta["at"]))) if "at" in page.meta else None
    except BadExpression as error:
        raise page.fault("check", str(error)) from None
    loaded = tables_of(page) if tables is None and "table." in str(page.meta["check"]) else tables or {}
    fix = _fixer(page, kind)

    def check(node: Any, options: Mapping[str, Any]) -> Iterator[Finding]:
        scope = Scope({variable: node, "option": options, "table": loaded})
        proof = _prove(code, scope, choice)
        if proof is None:
            return
        thing = at(scope) if at else proof[0][1] if proof else node
        span = span_of(thing, node.span)
        yield Finding(span, message(scope), _notes(thing, proof, span), fix(node))

    return check


def _prove(code: Code, scope: Scope, choice: bool) -> Proof | None:
    """The facts that make the check true, None where it is false; raises Undecided where only the run time knows."""
    value, proof = code(scope)
    answer = truth(value)
    if answer is None:
        raise Undecided(why_unknown(value))
    if not answer:
        return None
    if not choice:
        return proof
    scope.explain = True
    return code(scope)[1]


def _notes(thing: Any, proof: Proof, span: Span) -> tuple[Note, ...]:
    """Where the deciding value came through, then the other facts that somebody wrote."""
    notes = [Note(step.span, step.how) for step in (getattr(thing, "via", None) or ())]
    for label, evidence in proof:
        if evidence is thing or evidence.span == span:
            continue
        if evidence.items if isinstance(evidence, Many) else evidence.written:
            notes.append(Note(evidence.span, f"`{label.partition('.')[2] or label}` is {show(evidence)}"))
    return tuple(dict.fromkeys(notes))[:MAX_NOTES]


def tables_of(page: Page) -> dict[str, Any]:
    """`<slug>.NAME.json` beside the page, for every NAME."""
    folder = Path(page.folder)
    slug = Path(page.path).stem
    found = {}
    for path in folder.glob(f"{slug}.*.json") if folder.is_dir() else ():
        found[path.name[len(slug) + 1 : -5]] = json.loads(path.read_text(encoding="utf-8"))
    return found


# --- fixes -----------------------------------------------------------------------------------------------------------


def _fixer(page: Page, kind: Kind | None) -> Callable[[Any], Fix | None]:
    """`remove X`, `set X = literal`, `append X literal`, as edits of the node's format."""
    text = str(page.meta.get("fix", ""))
    if not text or kind is None or kind.edit is None:
        return lambda node: None
    verb, path, literal = verb_of(page)
    edit, safety = kind.edit, Safety[str(page.meta["safety"]).upper()]
    name = path.rpartition(".")[2] or path

    def fix(node: Any) -> Fix | None:
        edits = edit(node, verb, path, literal)
        return Fix(_title(verb, name, literal, node), edits, safety) if edits and _writable(edits) else None

    return fix


def _title(verb: str, name: str, literal: Any, node: Any) -> str:
    where = f"in `{node.subject}`"
    if verb == "remove":
        return f"remove `{name}` {where}"
    return (
        f"set `{name}` to `{show(literal)}` {where}" if verb == "set" else f"add `{show(literal)}` to `{name}` {where}"
    )


def _writable(edits: tuple[Edit, ...]) -> bool:
    return not any(edit.span.source.lossy or edit.span.source.origin for edit in edits)


def verb_of(page: Page) -> tuple[str, str, Any]:
    """(verb, path without the variable, literal) of a page's fix; raises BadRule."""
    verb, _, rest = str(page.meta["fix"]).partition(" ")
    target, _, literal = rest.partition(" = ") if verb == "set" else rest.partition(" ")
    variable, _, path = target.partition(".")
    if variable != str(page.meta["each"]).rpartition(".")[2] or not path or verb not in ("remove", "set", "append"):
        raise page.fault("fix", "a fix is `remove X`, `set X = literal` or `append X literal`")
    return verb, path, None if verb == "remove" else _literal(page, literal)


def _literal(page: Page, text: str) -> Any:
    try:
        return json.loads(text.replace("'", '"'))
    except ValueError:
        if text and all(char.isalnum() or char in "_-./:" for char in text):
            return text
        raise page.fault("fix", f"`{text}` is not a literal") from None
