"""Pages with a `check:` line: from expressions to findings."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from dockguard.finding import Finding, Note
from dockguard.formats.base import Kind
from dockguard.language.expression import (
    BadExpression,
    Code,
    Evidence,
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
from dockguard.pack.fixes import fixer
from dockguard.pack.page import Page
from dockguard.source import Fact, Many, Span, Undecided
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
    fix, says = fixer(page, kind), _says(page)

    def check(node: Any, options: Mapping[str, Any]) -> Iterator[Finding]:
        scope = Scope({variable: node, "option": options, "table": loaded})
        proof = _prove(code, scope, choice)
        if proof is None:
            return
        thing = at(scope) if at else proof[0][1] if proof else node
        span = span_of(thing, node.span)
        notes = [Note(step.span, step.how) for step in (getattr(thing, "via", None) or ())]
        notes += [Note(evidence.span, says(label, evidence, scope)) for label, evidence in _further(thing, proof, span)]
        yield Finding(span, message(scope), tuple(dict.fromkeys(notes))[:MAX_NOTES], fix(node))

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


def _further(thing: Any, proof: Proof, span: Span) -> Iterator[Evidence]:
    """The facts besides the deciding one that somebody wrote, where they do not stand in the finding's own line."""
    for label, evidence in proof:
        written = evidence.items if isinstance(evidence, Many) else evidence.written
        if evidence is not thing and written and not _shown(evidence.span, span):
            yield label, evidence


def _shown(place: Span, span: Span) -> bool:
    """Whether the excerpt of a finding shows a place anyway: in the same line, and one of them in the other."""
    same = place.source is span.source and place.line == span.line
    return same and place.start < max(span.end, span.start + 1) and span.start < max(place.end, place.start + 1)


def _says(page: Page) -> Callable[[str, Fact[Any] | Many[Any], Scope], str]:
    """What notes say: by the page's `note.ATTRIBUTE`, else the value where the line itself does not show it."""
    own = {key[5:]: compile_template(str(text)) for key, text in page.meta.items() if key.startswith("note.")}

    def say(label: str, evidence: Fact[Any] | Many[Any], scope: Scope) -> str:
        fill = own.get(label.partition(".")[2] or label)
        if fill is not None:
            return fill(scope)
        value = "" if isinstance(evidence, Many) or isinstance(evidence.value, bool) else show(evidence)
        return "because of this" if value in evidence.span.text else f"because of this: `{value}`"

    return say


def tables_of(page: Page) -> dict[str, Any]:
    """`<slug>.NAME.json` beside the page, for every NAME."""
    folder = Path(page.folder)
    slug = Path(page.path).stem
    found = {}
    for path in folder.glob(f"{slug}.*.json") if folder.is_dir() else ():
        found[path.name[len(slug) + 1 : -5]] = json.loads(path.read_text(encoding="utf-8"))
    return found
