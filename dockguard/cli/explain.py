"""`dockguard explain`: rule pages, the model that rules ask, and what is found at a line."""

from __future__ import annotations

import inspect
import os.path
import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from dockguard.rule import Rule


@click.command("explain")
@click.argument("what", metavar="RULE|KIND|POLICY|FILE:LINE")
def command(what: str) -> None:
    """Explain a rule, by its name (`compose/privileged-container`) or another tool's (`DL3002`, `trivy:DS-0002`); a
    kind that rules ask about (`compose.service`); a policy; or what is found at FILE:LINE.
    """
    text = _rule(what) or _kind(what) or _policy(what) or _foreign(what)
    if text is None and what.rpartition(":")[2].isdigit():
        text = _line(*what.rsplit(":", 1))
    if text is None:
        raise click.UsageError(f"no rule, kind or FILE:LINE: {what}{_near(what)}")
    click.echo(text)


def _rule(name: str) -> str | None:
    from dockguard.rulebook import rulebook

    catalogue = rulebook().catalogue()
    rule = catalogue.named(name)
    if rule is None and "/" not in name:
        short = [one for one in catalogue.rules.values() if one.id.partition("/")[2] == name]
        rule = short[0] if len(short) == 1 else None
    return _page(rule) if rule is not None else None


def _foreign(name: str) -> str | None:
    """The rules that stand for one of another tool: its page where there is one, else their names."""
    from dockguard.rulebook import rulebook

    peer, _, id = name.rpartition(":")
    rules = [
        rule
        for rule in rulebook().catalogue().rules.values()
        if any(id in ids for known, ids in rule.peers.items() if peer in ("", known))
    ]
    if len(rules) < 2:
        return _page(rules[0]) if rules else None
    width = max(len(rule.id) for rule in rules)
    rows = [f"  {rule.id:{width}}  {rule.title}" for rule in rules]
    return "\n".join([f"{len(rules)} rules stand for `{name}`; `dockguard explain RULE` shows one:", *rows])


def _page(rule: Rule) -> str:
    """The facts of a rule, its page, and how to accept what it finds."""
    facts = [f"severity {rule.severity.word}", f"confidence {rule.confidence.word}", f"profile {rule.profile}"]
    facts += [f"score {rule.score}"] if rule.score else []
    facts += [f"{name} {', '.join(ids)}" for name, ids in rule.standards.items()]
    peers = [f"{peer} {', '.join(ids)}" for peer, ids in rule.peers.items()]
    lines = [rule.id, " · ".join(facts), *([f"peers: {' · '.join(peers)}"] if peers else [])]
    lines += [f"option {name} = {value!r}" for name, value in rule.options.items()]
    lines += ["", rule.body.strip()]
    if rule.family != "meta":  # no comment silences those
        lines += ["", "## Accept it", "", f"Above its line: `# dockguard: ignore[{rule.id}] until=YYYY-MM-DD -- why`"]
    return "\n".join(lines)


def _kind(name: str) -> str | None:
    """A kind's attributes from the model's own annotations."""
    from dockguard.run import every_kind

    found = every_kind()
    if name not in found:
        return None
    kind = found[name]
    head = [f"{name}: {inspect.cleandoc(kind.type.__doc__ or '')}", ""]
    index = ["", "Rules may name words: `on: […]`."] if kind.key else []
    return "\n".join([*head, *_attributes(kind.type, name.rpartition(".")[2]), *index])


def _policy(name: str) -> str | None:
    from dockguard.policy.find import names

    if name not in names() and not name.endswith(".toml"):
        return None
    from dockguard.cli import policies
    from dockguard.rulebook import rulebook

    return policies.page(policies.named(name, rulebook()))


def _attributes(owner: type, variable: str) -> Iterator[str]:
    from dockguard.language.typecheck import members, shape_of

    for name, annotation in sorted(members(owner).items()):
        doc = inspect.getdoc(getattr(owner, name, None)) if isinstance(getattr(owner, name, None), property) else ""
        shape = shape_of(annotation)
        yield f"  {variable}.{name}: {shape.label}".ljust(44) + (f"  {(doc or '').splitlines()[0]}" if doc else "")


def _line(path: str, line: str) -> str:
    from dockguard.cli.check import run_for

    if not os.path.isfile(path):
        raise click.UsageError(f"{path} is no file")
    run = run_for((path,), profile="audit")
    from dockguard.render.text import render

    named = posixpath.normpath(posixpath.join(run.prefix, os.path.relpath(path)))
    here = tuple(report for report in run.reports if any(_at(span, named, int(line)) for span in _spans(report)))
    if not here:
        return f"nothing is found at {path}:{line}"
    from dockguard.record import replace

    return render(replace(run, reports=here), color=False)


def _spans(report: object) -> Iterator[object]:
    from dockguard.engine import places

    yield from places(report.finding)  # type: ignore[attr-defined]


def _at(span: object, path: str, line: int) -> bool:
    outer = span.outer  # type: ignore[attr-defined]
    if outer.source.path != path:
        return False
    last = outer.source.position(max(outer.start, outer.end - 1))[0]
    return bool(outer.line <= line <= last)


def _near(what: str) -> str:
    from difflib import get_close_matches

    from dockguard.policy.find import names as policies
    from dockguard.rulebook import rulebook
    from dockguard.run import every_kind

    names = [*rulebook().catalogue().names, *every_kind(), *policies()]
    near = get_close_matches(what, names, 1)
    return f"; did you mean `{near[0]}`?" if near else "; `dockguard rules` lists them"
