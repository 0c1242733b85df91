"""SARIF 2.1.0 for GitHub code scanning and every other reader of the standard: one run, complete also when empty."""

from __future__ import annotations

from typing import Any

import sarif_om as om

from dockguard import __version__
from dockguard.finding import Note, Problem
from dockguard.record import dataclass
from dockguard.render.edits import edits
from dockguard.render.indented import indented
from dockguard.render.line_hash import LineHashes
from dockguard.render.masking import STARS, masks_of
from dockguard.render.places import place
from dockguard.render.rollup import ordered
from dockguard.render.sarif_json import value
from dockguard.render.sarif_places import ROOT, Artifacts, changes, physical
from dockguard.render.sarif_rules import HOME, LEVELS, descriptor, message, reference, taxonomy, used
from dockguard.report import Report, Run
from dockguard.rule import Rule
from dockguard.source import Source

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MAX_RELATED = 100  # GitHub shows no more


def render(run: Run, *, color: bool = False, width: int = 100, verbose: bool = False, suppressed: bool = False) -> str:
    """The log; `suppressed` adds what does not count, as suppressed results (GitHub would show these as open).

    `run.extras["category"]` tells apart several analyses of one commit (default `dockguard`).
    """
    reports = ordered(run.reports if suppressed else run.active)
    log = value(om.SarifLog(version="2.1.0", schema_uri=SCHEMA, runs=[_Log(run, reports).run()]))
    # Readers that stream want to know the version before they meet the runs.
    return indented({key: log[key] for key in ("$schema", "version", "runs")}) + "\n"


@dataclass(frozen=True, slots=True)
class _Step:
    """One place of a story, and what happened there."""

    note: Note
    text: str


class _Log:
    """One run of the tool and what its results share."""

    def __init__(self, run: Run, reports: list[Report]) -> None:
        self._run, self._reports = run, reports
        self._masks = masks_of(run)
        self._artifacts = Artifacts(run.files)
        self._hashes: dict[Source, LineHashes] = {}
        self._rules: list[Rule] = sorted({report.rule.id: report.rule for report in reports}.values(), key=_id)
        self._index = {rule.id: index for index, rule in enumerate(self._rules)}

    def run(self) -> Any:
        """The run."""
        results = [self._result(report) for report in self._reports]
        invocation = self._invocation()
        standards = used(self._rules)
        return om.Run(
            tool=om.Tool(driver=self._driver()),
            results=results,
            invocations=[invocation],
            artifacts=self._artifacts.all(),
            taxonomies=[taxonomy(standard, self._rules) for standard in standards] or None,
            automation_details=om.RunAutomationDetails(id=self._run.extras.get("category", "dockguard") + "/"),
            original_uri_base_ids={ROOT: om.ArtifactLocation(description=_text("The root of the repository."))},
            column_kind="unicodeCodePoints",
            redaction_tokens=[STARS],
            properties={"policy": self._run.policy} if self._run.policy else None,
        )

    def _driver(self) -> Any:
        return om.ToolComponent(
            name="dockguard",
            full_name=f"dockguard {__version__}",
            organization="dockguard",
            version=__version__,
            semantic_version=__version__,
            information_uri=HOME,
            short_description=message("Security policy for Dockerfiles, Compose files and nginx."),
            rules=[descriptor(rule) for rule in self._rules],
            supported_taxonomies=[reference(standard) for standard in used(self._rules)] or None,
        )

    def _result(self, report: Report) -> Any:
        steps = self._steps(report)
        return om.Result(
            rule_id=report.rule.id,
            rule_index=self._index[report.rule.id],
            kind="fail",
            level=LEVELS[report.severity],
            message=_text(self._masks.words(report, report.finding.message)),
            locations=[self._location(report)],
            related_locations=[self._related(step, number) for number, step in enumerate(steps, 1)] or None,
            code_flows=[self._flow(report, steps)] if steps else None,
            fixes=self._fixes(report) or None,
            partial_fingerprints=self._fingerprints(report),
            suppressions=self._suppressions(report),
            properties=self._properties(report),
        )

    def _steps(self, report: Report) -> list[_Step]:
        """The notes of a report with their words, each once, the one nearest to the finding first."""
        notes = list(dict.fromkeys(report.finding.notes))[:MAX_RELATED]
        return [_Step(note, self._masks.words(report, note.text)) for note in notes]

    def _location(self, report: Report) -> Any:
        kind = report.rule.each.rpartition(".")[2] or None
        names = [om.LogicalLocation(fully_qualified_name=report.subject, kind=kind)] if report.subject else None
        return om.Location(
            physical_location=physical(report.span, self._artifacts, self._masks), logical_locations=names
        )

    def _related(self, step: _Step, number: int) -> Any:
        where = physical(step.note.span, self._artifacts, self._masks)
        return om.Location(id=number, physical_location=where, message=_text(step.text))

    def _flow(self, report: Report, steps: list[_Step]) -> Any:
        """The story in the order of causes: notes lead from the place back to them, so it is told backwards."""
        end = Note(report.span, report.finding.message)
        story = [*reversed(steps), _Step(end, self._masks.words(report, end.text))]
        flow = [
            om.ThreadFlowLocation(
                location=om.Location(
                    physical_location=physical(step.note.span, self._artifacts, self._masks), message=_text(step.text)
                )
            )
            for step in story
        ]
        return om.CodeFlow(thread_flows=[om.ThreadFlow(locations=flow)])

    def _fixes(self, report: Report) -> list[Any]:
        fix, ready = report.finding.fix, edits(report, self._masks)
        if fix is None or not ready:
            return []
        title = _text(f"{self._masks.words(report, fix.title)} ({fix.safety.value})")
        return [om.Fix(description=title, artifact_changes=changes(ready, self._artifacts))]

    def _fingerprints(self, report: Report) -> dict[str, str]:
        source = report.span.outer.source
        if source not in self._hashes:
            self._hashes[source] = LineHashes(source)
        line = {"primaryLocationLineHash": self._hashes[source].of(place(report.span).line)}
        return {"dockguard/v1": report.fingerprint, **line} if report.fingerprint else line

    def _properties(self, report: Report) -> dict[str, Any]:
        """What the standard has no word for."""
        confidence = report.finding.confidence or report.rule.confidence
        why = self._masks.words(report, report.finding.why)
        return {
            "severity": report.severity.word,
            "confidence": confidence.word,
            **({"variants": list(report.variants)} if report.variants else {}),
            **({"why": why} if why else {}),
            **({"controls": list(controls)} if (controls := self._run.controls.get(report.rule.id)) else {}),
        }

    def _suppressions(self, report: Report) -> list[Any] | None:
        why = report.suppressed
        if why is None:
            return None
        where = om.Location(physical_location=physical(why.span, self._artifacts, self._masks)) if why.span else None
        reason = why.reason + (f" (until {why.until.isoformat()})" if why.until else "")
        return [
            om.Suppression(
                kind="inSource" if why.by == "comment" else "external",
                state="accepted",
                justification=self._masks.words(report, reason.strip()) or None,
                location=where,
                properties={"by": why.by},
            )
        ]

    def _invocation(self) -> Any:
        return om.Invocation(
            execution_successful=not self._run.problems,
            exit_code=self._run.exit_code,
            tool_execution_notifications=[self._notice(problem) for problem in self._run.problems] or None,
        )

    def _notice(self, problem: Problem) -> Any:
        """One thing that makes the result incomplete."""
        span, path = problem.span, problem.path
        where = physical(span, self._artifacts, self._masks) if span else None
        if where is None and path:
            where = om.PhysicalLocation(artifact_location=self._artifacts.location(path))
        text = self._masks.hide(problem.message, [span] if span else [])
        return om.Notification(
            descriptor=om.ReportingDescriptorReference(id=problem.code),
            level="error",
            message=_text(f"{text} ({problem.help})" if problem.help else text),
            locations=[om.Location(physical_location=where)] if where else None,
        )


def _id(rule: Rule) -> str:
    return rule.id


def _text(text: str) -> Any:
    """A message; what looks like a link in it is broken, so that a linted file cannot place one."""
    return om.Message(text=text.replace("](", "]\\("))
