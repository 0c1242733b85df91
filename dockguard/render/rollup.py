"""Which reports are told together: one rule's word about what several subjects lack."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence

from dockguard.report import Report
from dockguard.source import Span

_HEADS = frozenset({"from", "server", "location", "http", "stream", "events", "upstream", "if", "services"})
# What people call the kinds that several of are told together; the others are places.
_NOUNS = {
    **{
        word: word
        for word in """
        project service build mount port hook network volume file capability device sysctl limit image setting
        credential override overlay stage instruction command copy secret download package comment site server location
        directive header policy cookie socket placeholder zone route upstream suppression
        """.split()
    },
    **dict.fromkeys(("ignored", "secret_file"), "file"),
    **dict.fromkeys(("monitoring", "switch", "tls"), "setting"),
    **dict.fromkeys(("container", "program"), "service"),
    **dict.fromkeys(("environment", "env", "requirement"), "variable"),
    **dict.fromkeys(("reference", "undated"), "image"),
    **dict.fromkeys(("hsts", "permissions"), "header"),
    **{"capability_change": "capability", "security_option": "option", "tmpfs": "tmpfs mount", "csp": "policy"},
    **{"origin": "instruction", "ciphers": "cipher list", "regex": "regular expression"},
}


def ordered(reports: Iterable[Report]) -> list[Report]:
    """The worst first, then by place."""
    return sorted(reports, key=lambda r: (-r.severity, r.span.outer.key, r.rule.id, r.subject, r.finding.message))


def grouped(reports: Iterable[Report]) -> list[list[Report]]:
    """Reports in order; those with the same cause, or that say the same of different subjects, follow the first."""
    groups: dict[Hashable, list[Report]] = {}
    for report in ordered(reports):
        groups.setdefault(_key(report) or _place(report), []).append(report)
    return list(groups.values())


def one_place(group: Sequence[Report]) -> bool:
    """Whether all reports of a group have the same cause: one line that several subjects take their value from."""
    return len({_place(report) for report in group}) == 1


def name(report: Report) -> str:
    """What the subject is called where its kind is clear: `web` of `services.web`, `final` of `stage final`."""
    for separator in (" / ", ".", " "):
        if separator in report.subject:
            return report.subject.rpartition(separator)[2]
    return report.subject


def noun(report: Report, count: int) -> str:
    """What the subjects of a rule are, as many as there are: `3 services`."""
    kind = report.rule.each.rpartition(".")[2]
    word = "service" if _is_service(report.subject) else _NOUNS.get(kind, "place")
    return f"{count} {plural(word)}"


def plural(word: str) -> str:
    """`copies` of `copy`, `switches` of `switch`."""
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("s", "x", "ch", "sh")) else f"{word}s"


def _is_service(subject: str) -> bool:
    """Whether a subject is a whole service: `services.web`."""
    return subject.startswith("services.") and subject.count(".") == 1


def _place(report: Report) -> Hashable:
    """Equal for reports of one rule about one line; a value that many services read is one cause."""
    return report.rule.id, report.severity, report.span.outer.key, report.finding.why


def _key(report: Report) -> Hashable:
    """Equal for reports that lack the same; None for a report with a story of its own."""
    finding = report.finding
    if finding.notes or finding.why or not _at_head(finding.span, report):
        return None
    return report.rule.id, report.severity, _without_names(finding.message, report)


def _without_names(message: str, report: Report) -> str:
    """The message with a blank wherever it quotes its subject."""
    parts = message.split("`")
    for index in range(1, len(parts) - 1, 2):
        if _names(parts[index], report.subject):
            parts[index] = ""
    return "`".join(parts)


def _names(word: str, subject: str) -> bool:
    """Whether a quoted word is the subject or the last part of its address."""
    return bool(word) and (subject == word or subject.endswith(("." + word, " " + word)))


def _at_head(span: Span, report: Report) -> bool:
    """Whether a place is where its subject begins: what the rule misses is written nowhere."""
    if span.start == span.end:
        return True
    first = span.source.text[span.start : min(span.end, span.start + 200)].partition("\n")[0].strip()
    head = first.rstrip("{").rstrip().rstrip(":").strip("\"' ")
    return _names(head, report.subject) or first.partition(" ")[0].lower() in _HEADS
