"""From what the user asks to the posture: every stack judged, each project's variants one table or several."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from dockguard import __version__
from dockguard.config import Context
from dockguard.discover import Found
from dockguard.finding import Problem
from dockguard.formats.compose.model import Service
from dockguard.pack import BadRule
from dockguard.policy.find import find
from dockguard.policy.model import Policy
from dockguard.posture import hosts, services
from dockguard.posture.cells import cell, over_contexts
from dockguard.posture.judge import EVERYBODY, Asker, Heard
from dockguard.posture.merge import arranged
from dockguard.posture.model import WORST, Cell, Posture, Row, Table
from dockguard.posture.policies import Verdict
from dockguard.record import replace
from dockguard.report import Run
from dockguard.rule import Rule
from dockguard.run import survey, whole
from dockguard.select import in_profile, reach
from dockguard.session import Session, begin
from dockguard.settings import Ask
from dockguard.stack.link import Running, Stack

POLICIES = ("baseline", "restricted")
STRICTEST = "strict"  # rules that only an audit wants make no cell bad


def posture(ask: Ask, policies: Sequence[str] = (), variant: str = WORST) -> tuple[Posture, Run]:
    """The posture below the paths; `policies` are names and files, `variant` is worst, each, or part of a name."""
    session = begin(ask)
    found = Posture((), session.problems)
    if not session.problems:
        try:
            found = _built(session, policies, variant)
        except BadRule as error:
            found = Posture((), (Problem("bad-rule", str(error)),))
    return found, whole(session, Found(), (), found.problems)


def _built(session: Session, names: Sequence[str], variant: str) -> Posture:
    policies, problems = _policies(session, names)
    if problems:
        return Posture((), problems)
    surveyor = _Surveyor(session, policies)
    tables, problems = survey(session, surveyor.table)
    chosen, lost = arranged([table for table in tables if table.services or table.hosts], variant)
    problems = (*problems, *surveyor.asker.problems, *lost)
    return Posture(tuple(chosen), problems, tuple(policy.name for policy in policies), variant == WORST)


def _policies(session: Session, names: Sequence[str]) -> tuple[list[Policy], tuple[Problem, ...]]:
    """Those that are asked for, else ours and the configuration's own."""
    found: dict[str, Policy] = {}
    problems: list[Problem] = []
    own = session.policy
    for name in names or (*POLICIES, *([own.name] if own is not None else [])):
        if own is not None and name == own.name:
            found[name] = own
            continue
        path = session.workspace.relative(Path(name)) if name.endswith(".toml") else name
        read = find(session.workspace, path, "", Context(session.catalogue, __version__))
        problems += read.problems
        found.update({read.policy.name: read.policy} if read.policy is not None else {})
    return list(found.values()), tuple(problems)


class _Surveyor:
    """Judges one stack after the other."""

    def __init__(self, session: Session, policies: Sequence[Policy]) -> None:
        self._session = session
        self.asker = Asker(session.book.kinds)
        rules = session.catalogue.rules
        self._verdicts = [Verdict.of(policy, session.config, rules, policy is session.policy) for policy in policies]
        self._services = [(control, self._rules(control.rules)) for control in services.controls()]
        self._hosts = [(control, self._rules(control.rules)) for control in hosts.controls()]

    def _rules(self, words: Iterable[str]) -> tuple[Rule, ...]:
        rules = self._session.catalogue.rules.values()
        return tuple(r for r in rules if in_profile(r, STRICTEST) and any(reach(word, r) for word in words))

    def table(self, stack: Stack) -> Table:
        """One stack."""
        rules = dict.fromkeys(rule for _, asked in self._services for rule in asked)
        heard = self.asker.services(stack, rules, self._session.options)
        verdicts = {verdict.policy.name: verdict.of_stack(stack, self.asker) for verdict in self._verdicts}
        found = []
        for container in stack.containers:
            service = container.container.node
            if isinstance(service, Service):
                about = heard.get(service.name, heard.get(EVERYBODY, ()))
                policies = {name: of(service) for name, of in verdicts.items()}
                found.append(Row(service.name, service.span, self._cells(container, service, about), policies))
        variant = (stack.variant,) if stack.variant else ()
        return _stamped(Table(stack.project, variant, tuple(found), tuple(self._servers(stack))), variant)

    def _cells(self, container: Running, service: Service, heard: Sequence[Heard]) -> Mapping[str, Cell]:
        found = {}
        for control, rules in self._services:
            own = [one for one in heard if one.rule in rules and _is_about(control, service, one)]
            found[control.name] = cell(control.say(container, service), own, control.doubt)
        return found

    def _servers(self, stack: Stack) -> Iterator[Row]:
        rules = dict.fromkeys(rule for _, asked in self._hosts for rule in asked)
        heard = self.asker.sites(stack, rules, self._session.options)
        for site in stack.units.get("nginx", ()):
            for server in site.servers:
                host = hosts.Host(server, site)
                own = [one for one in heard[id(site)] if host.concerns(one)]
                cells = {control.name: self._host_cell(control, asked, host, own) for control, asked in self._hosts}
                yield Row(server.subject, server.span, cells, site=site.sources[0].path, container=site.container)

    def _host_cell(self, control: hosts.Control, rules: Any, host: hosts.Host, heard: Sequence[Heard]) -> Cell:
        own = [one for one in heard if one.rule in rules and control.about(one)]
        said = control.say(host)
        return over_contexts(said, own, control.lacking(host)) if control.lacking else cell(said, own)


def _is_about(control: services.Control, service: Service, heard: Heard) -> bool:
    if heard.rule.family == "dockerfile":  # neither steps that nobody can read, nor what stays behind in a stage
        return heard.finding is not None and heard.finding.severity is None
    return heard.finding is None or control.about(service, heard.finding)


def _stamped(table: Table, variants: tuple[str, ...]) -> Table:
    """With the variant in every row and cell."""

    def row(one: Row) -> Row:
        cells = {name: replace(found, variants=variants) for name, found in one.cells.items()}
        policies = {name: replace(found, variants=variants) for name, found in one.policies.items()}
        return replace(one, cells=cells, policies=policies, variants=variants)

    return replace(table, services=tuple(map(row, table.services)), hosts=tuple(map(row, table.hosts)))
