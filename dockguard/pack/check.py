"""Whether a page can work: its expressions against the model, its examples, its fix; a gate for packs and tests."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from dockguard.formats.base import Kind
from dockguard.language import typecheck
from dockguard.language.expression import BadExpression
from dockguard.pack.declared import tables_of
from dockguard.pack.fixes import verb_of
from dockguard.pack.page import Page
from dockguard.rule import Rule


def check_page(page: Page, rule: Rule, path: Path, kinds: Mapping[str, Kind]) -> None:
    """Raise BadRule for a page that asks what no model declares, or shows no example of both kinds."""
    if rule.each not in kinds:
        from difflib import get_close_matches

        near = get_close_matches(rule.each, list(kinds), 1)
        raise page.fault("each", f"no such kind: `{rule.each}`" + (f"; did you mean `{near[0]}`?" if near else ""))
    if rule.each.partition(".")[0] != rule.family:
        raise page.fault("each", f"a page about `{rule.each}` lies in the folder {rule.each.partition('.')[0]}")
    roles = {example.role for example in page.examples}
    for role in ("bad", "good"):
        if role not in roles:
            raise page.fault(
                "title", f"no `## {role.title()}` example: a rule shows what it flags and what it does not"
            )
    if "check" in page.meta:
        _expressions(page, rule, kinds[rule.each])
    if rule.on and kinds[rule.each].key is None:
        raise page.fault("on", f"{rule.each} has no index")


def _expressions(page: Page, rule: Rule, kind: Kind) -> None:
    variable = rule.each.rpartition(".")[2]
    tables = tables_of(page)
    if "message" not in page.meta:
        raise page.fault("check", "`message` is missing")
    key = "check"
    try:
        typecheck.check(page.meta["check"], variable, kind.type, rule.options, tables)
        key = "message"
        typecheck.check_message(page.meta["message"], variable, kind.type, rule.options, tables)
        for key in (key for key in page.meta if key.startswith("note.")):
            if not re.search(rf"\b\w+\.{re.escape(key[5:])}\b", str(page.meta["check"])):
                raise BadExpression(f"the check asks for no `{key[5:]}`")
            typecheck.check_message(page.meta[key], variable, kind.type, rule.options, tables)
        key = "at"
        if "at" in page.meta:
            typecheck.check_place(page.meta["at"], variable, kind.type)
        elif typecheck.needs_place(page.meta["check"], variable, kind.type):
            raise BadExpression("the check asks several facts, so `at:` must name the place")
    except BadExpression as error:
        raise page.fault(key if key in page.meta else "check", str(error)) from None
    if "fix" in page.meta:
        verb_of(page)
        if kind.edit is None:
            raise page.fault("fix", f"{rule.each} cannot be edited by a verb; write a sibling")
