"""Claim by claim of the report on the learning coach: does it hold in a folder, does it fail, can it be known.

    python -m tools.claims FOLDER > docs/learning-coach.md

`claims.toml` says for each claim which rules would refute it and which proof would show it. A claim that nothing
refutes holds only where its proof has facts for it and none that are unknown: silence is no evidence.
"""

from __future__ import annotations

import datetime
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from dockguard.finding import Confidence
from dockguard.report import Report
from dockguard.run import check_session, stacks_of
from dockguard.session import begin
from dockguard.settings import Ask
from dockguard.source import Span
from dockguard.stack.link import Stack
from tools import claims_containers, claims_sites, claims_texts
from tools.claims_seen import Evidence, Proof, Seen

CLAIMS = Path(__file__).with_name("claims.toml")
PROOFS: Mapping[str, Proof] = {**claims_containers.PROOFS, **claims_sites.PROOFS, **claims_texts.PROOFS}
HOLDS, FAILS, UNKNOWN = "holds", "fails", "cannot be known"
CAUSES = 4  # that are named of one claim
REASONS = 3


@dataclass(frozen=True)
class Claim:
    """One claim of the report in our words. `scope` names the variants it is about, `given` is its proof's."""

    section: str
    text: str
    scope: str
    rules: tuple[str, ...]
    proof: str
    given: Mapping[str, Any]


@dataclass(frozen=True)
class Verdict:
    """What came out for one claim."""

    claim: Claim
    word: str
    why: str


@dataclass(frozen=True)
class Book:
    """The claims, and which variants each scope means."""

    claims: tuple[Claim, ...]
    scopes: Mapping[str, tuple[str, ...]]

    def covers(self, scope: str, variant: str) -> bool:
        """Whether a variant is one that a scope means."""
        return any(fnmatchcase(variant, glob) for glob in self.scopes[scope])


def read(path: Path = CLAIMS) -> Book:
    """The claims of a file; raises KeyError for an unknown proof or scope."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    scopes = {name: tuple(globs) for name, globs in data["scopes"].items()}
    groups = {name: tuple(rules) for name, rules in data["rules"].items()}
    claims = []
    for table in data["claim"]:
        own = dict(table)
        named = (groups.get(word, (word,)) for word in own.pop("refuted-by", ()))
        rules = tuple(dict.fromkeys(rule for some in named for rule in some))
        section, text, proof, scope = (own.pop(key) for key in ("section", "claim", "proof", "scope"))
        if proof not in PROOFS or scope not in scopes:
            raise KeyError(f"{text}: {proof} or {scope} is not known")
        claims.append(Claim(section, text, scope, rules, proof, own))
    return Book(tuple(claims), scopes)


def judge(folder: str, book: Book, today: datetime.date) -> list[Verdict]:
    """Run dockguard over a folder with the rules of all claims, and judge each of them."""
    rules = tuple(sorted({rule for claim in book.claims for rule in claim.rules}))
    session = begin(Ask(paths=(folder,), select=rules, isolated=True, today=today))
    run = check_session(session)
    if run.problems:
        raise ValueError("; ".join(problem.message for problem in run.problems))
    stacks = tuple(stack for stack in stacks_of(session, session.discovery()(session.paths)))
    found = []
    for claim in book.claims:
        mine = tuple(stack for stack in stacks if book.covers(claim.scope, stack.variant))
        seen = Seen(session.paths[0], session.workspace, mine, stacks, claim.given)
        against = [r for r in run.active if r.rule.id in claim.rules and _concerns(r, mine)]
        found.append(_verdict(claim, seen, against))
    return found


def _concerns(report: Report, stacks: Sequence[Stack]) -> bool:
    """Whether a finding is one of these variants', and nobody doubts it."""
    names = {stack.variant for stack in stacks}
    return report.finding.confidence is not Confidence.LOW and (
        not report.variants or not names.isdisjoint(report.variants)
    )


def _verdict(claim: Claim, seen: Seen, against: Sequence[Report]) -> Verdict:
    evidence = PROOFS[claim.proof](seen) if seen.stacks else Evidence(unknown=[f"nothing here is run as {claim.scope}"])
    if against or evidence.bad:
        return Verdict(claim, FAILS, _causes(seen, against, evidence))
    if evidence.unknown or not evidence.good:
        reasons = list(dict.fromkeys(evidence.unknown)) or ["nothing says so"]
        more = f", and {len(reasons) - REASONS} more" if len(reasons) > REASONS else ""
        return Verdict(claim, UNKNOWN, "; ".join(reasons[:REASONS]) + more)
    return Verdict(claim, HOLDS, "; ".join(evidence.good))


def _causes(seen: Seen, against: Sequence[Report], evidence: Evidence) -> str:
    """The rules that say so with their first place each; where no rule does, the facts of the proof."""
    lines = []
    worst = sorted(against, key=lambda report: (-report.severity, report.span.outer.key))
    for rule in dict.fromkeys(report.rule.id for report in worst):
        reports = [report for report in worst if report.rule.id == rule]
        lines.append(_line(f"[{rule}]({_page(rule)})", reports[0].span, seen, _first(reports[0], seen), len(reports)))
    if not lines or seen.given.get("facts"):
        marks = {(mark.text, mark.span.key): mark for mark in reversed(evidence.bad)}
        lines += [_line(mark.text, mark.span, seen, mark.variant, 1) for mark in reversed(marks.values())]
    more = f"<br>and {len(lines) - CAUSES} more" if len(lines) > CAUSES else ""
    return "<br>".join(lines[:CAUSES]) + more


def _page(rule: str) -> str:
    return f"../rules/{rule}.md"


def _first(report: Report, seen: Seen) -> str:
    """The first variant of the claim that a finding holds in."""
    return next((stack.variant for stack in seen.stacks if stack.variant in report.variants), "")


def _line(text: str, span: Span, seen: Seen, variant: str, count: int) -> str:
    place = f"`{span.outer.source.path.removeprefix(seen.path(''))}:{span.outer.line}`"
    times = f" and {count - 1} more" if count > 1 else ""
    return f"{text} at {place}{times}{_in(variant, seen)}"


def _in(variant: str, seen: Seen) -> str:
    """The overlays of a variant, by which people know it."""
    overlays = variant.removeprefix(seen.path("")).partition(" + ")[2]
    return f", with {overlays}" if overlays else ""


# --- the table --------------------------------------------------------------------------------------------------------

HEAD = """# What the report says of the learning coach, and what is so

A report calls the Docker infrastructure of a system complete and its security approved. This table takes its sections
"Security Achievements" and "Implementation Summary" claim by claim, in our words, and says what dockguard knows:

- **holds**: there are facts for it in every variant that the claim is about, and none against it;
- **fails**: a rule or a fact refutes it, at this place, in this variant;
- **cannot be known**: the files do not tell. A rule that is silent is no evidence, and neither is a script or a mounted
  file that is not there or stands in for another.

Drawn by `python -m tools.claims FOLDER` from [`tools/claims.toml`](../tools/claims.toml), not by hand; a test draws it
again and compares. The same claims on [`fixtures/learning-coach`](../fixtures/learning-coach), which was built to keep
them, are tested as well.
"""


def table(verdicts: Iterable[Verdict]) -> str:
    """The document."""
    verdicts = list(verdicts)
    parts = [HEAD, _tally(verdicts)]
    for section in dict.fromkeys(verdict.claim.section for verdict in verdicts):
        rows = [f"| {v.claim.text} | {v.word} | {v.why} |" for v in verdicts if v.claim.section == section]
        parts.append(f"## {section}\n\n| claim | | because |\n|---|---|---|\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


def _tally(verdicts: Sequence[Verdict]) -> str:
    counts = ", ".join(f"{sum(v.word == word for v in verdicts)} {word}" for word in (HOLDS, FAILS, UNKNOWN))
    return f"Of {len(verdicts)} claims: {counts}.\n"


def main(arguments: Sequence[str]) -> int:
    """Draw the table of a folder; the second argument is the day to judge as of."""
    if not 1 <= len(arguments) <= 2:
        print(__doc__, file=sys.stderr)
        return 2
    today = datetime.date.fromisoformat(arguments[1]) if len(arguments) > 1 else datetime.date.today()
    sys.stdout.write(table(judge(arguments[0], read(), today)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
