import datetime

from dockguard.config.model import Config
from dockguard.finding import Confidence, Finding, Note, Severity
from dockguard.formats.base import Comment
from dockguard.report import Report
from dockguard.rule import Rule
from dockguard.select import Catalogue
from dockguard.source import Source, Span
from dockguard.suppress import Commented, Terms, suppress

TODAY = datetime.date(2027, 3, 31)


def rule(id, **changes):
    given = (Severity.HIGH, 8.0, Confidence.HIGH, "x.node", "recommended", "", lambda node, options: iter(()))
    return Rule(id, id, *given, **changes)


RULES = {
    rule.id: rule
    for rule in (
        rule("compose/a", aliases=("DC001", "compose/old-a"), peers={"trivy": ("DS-0002",), "kics": ("some_query",)}),
        rule("compose/b", peers={"checkov": ("CKV_DOCKER_3",)}),
        rule("dockerfile/d", peers={"hadolint": ("DL3002", "DL3004"), "buildkit": ("SecretsUsed",)}),
        rule("stack/s", supersedes=("dockerfile/d",)),
        rule("meta/unused-suppression"),
    )
}


def catalogue():
    """A new one: it gives a limited number of hints."""
    return Catalogue.of(RULES.values(), {"compose/gone": "compose/a"})


def source(text, path="compose.yaml"):
    return Source(path, text)


def comments(source):
    """Comments of a tiny language: `#` begins one; `line` is the next line without one, `block` all that follow."""
    found = []
    for number in range(1, len(source.line_starts) + 1):
        line = source.line_span(number)
        at = line.text.find("#")
        if at >= 0 and not line.text.startswith("!"):
            span = Span(source, line.start + at, line.end)
            following = [n for n in range(number + 1, len(source.line_starts) + 1) if bare(source, n)]
            next_line = source.line_span(following[0]) if following else None
            block = Span(source, next_line.start, end_of_block(source, following)) if next_line else None
            own = not line.text[:at].strip()
            top = not any(bare(source, n) for n in range(1, number + 1))
            found.append(Comment(span, next_line if own else line, block if own else None, top))
    return tuple(found)


def bare(source, number):
    text = source.line_span(number).text
    return bool(text.strip()) and not text.strip().startswith("#")


def end_of_block(source, numbers):
    last = numbers[0]
    for number in range(numbers[0], len(source.line_starts) + 1):
        if not source.line_span(number).text.strip():
            break
        last = number
    return source.line_span(last).end


def commented(source):
    return Commented(source, comments(source))


def spot(source, text):
    """The last place of a text."""
    at = source.text.rindex(text)
    return Span(source, at, at + len(text))


def report(span, rule="compose/a", subject="services.web", variants=(), notes=()):
    finding = Finding(span, "m", tuple(Note(note, "note") for note in notes))
    return Report(RULES[rule], subject, finding, Severity.HIGH, tuple(variants))


def terms(**changes):
    config = Config(
        **{key: changes.pop(key) for key in ("inline", "foreign", "suppressions", "stacks") if key in changes}
    )
    return Terms(catalogue(), **{"today": TODAY, "config": config, **changes})


def run(reports, *sources, **changes):
    return suppress(reports, [commented(one) for one in sources], terms(**changes))


def state(outcome):
    return [(report.variants, report.suppressed.by if report.suppressed else None) for report in outcome.reports]
