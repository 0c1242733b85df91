"""What a SARIF log says about rules, and about the standards that they refer to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sarif_om as om

from dockguard.finding import Severity
from dockguard.record import dataclass
from dockguard.render.rules_list import weaknesses
from dockguard.rule import Rule

HOME = "https://pypi.org/project/dockguard/"
MAX_TAGS = 20  # GitHub refuses more
MAX_TEXT = 1000  # GitHub refuses descriptions of more than 1,024 characters
LEVELS = {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note"}


@dataclass(frozen=True, slots=True)
class Standard:
    """A taxonomy: the key of `Rule.standards`, and how SARIF names it. `guid` is constant for ever."""

    key: str
    name: str
    guid: str
    organization: str
    title: str
    uri: str
    version: str

    def taxon(self, item: str) -> str:
        """The id of one of its items."""
        return f"CWE-{item}" if self.key == "cwe" else item


STANDARDS = (
    Standard(
        "cwe",
        "CWE",
        "25f72d7e-8a92-459d-ad67-64853f788765",  # the one that the sarif-sdk publishes
        "MITRE",
        "The MITRE Common Weakness Enumeration",
        "https://cwe.mitre.org/",
        "4.13",
    ),
    Standard(
        "cis-docker",
        "CIS-Docker",
        "6c8c1f0e-6a57-4b55-9d0d-0f6a3f4f1a5b",
        "Center for Internet Security",
        "CIS Docker Benchmark",
        "https://www.cisecurity.org/benchmark/docker",
        "1.6.0",
    ),
    Standard(
        "cis-nginx",
        "CIS-NGINX",
        "f1f0c0a5-1d6b-4e0f-8c56-3a4d2b7e9c10",
        "Center for Internet Security",
        "CIS NGINX Benchmark",
        "https://www.cisecurity.org/benchmark/nginx",
        "2.1.0",
    ),
)


def message(text: str, markdown: str | None = None) -> Any:
    """A text for people, perhaps also as Markdown."""
    return om.MultiformatMessageString(text=text, markdown=markdown)


def descriptor(rule: Rule) -> Any:
    """A rule as the log's driver lists it."""
    body = rule.body.strip() or rule.title
    return om.ReportingDescriptor(
        id=rule.id,
        name="".join(part.capitalize() for part in rule.id.rpartition("/")[2].replace("_", "-").split("-")),
        short_description=message(_sentence(rule.title)),
        full_description=message(_sentence(first_paragraph(rule))),
        help=message(body, body),
        help_uri=HOME,
        default_configuration=om.ReportingConfiguration(level=LEVELS[rule.severity]),
        deprecated_ids=list(rule.aliases) or None,
        properties=_properties(rule),
        relationships=_relationships(rule) or None,
    )


def first_paragraph(rule: Rule) -> str:
    """The text below a page's title in one line, not endless; the title where there is none."""
    paragraphs = (part.strip() for part in rule.body.split("\n\n"))
    text = next(
        (" ".join(part.split()) for part in paragraphs if part and not part.startswith(("#", "```"))), rule.title
    )
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1].rstrip() + "…"


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def _properties(rule: Rule) -> dict[str, Any]:
    """What GitHub sorts and filters by; `security-severity` stands only where the rule has a score."""
    level = LEVELS[rule.severity]
    return {
        "tags": _tags(rule),
        "precision": rule.confidence.word,
        "problem.severity": "recommendation" if level == "note" else level,
        **({"security-severity": f"{rule.score:.1f}"} if rule.score is not None else {}),
        "profile": rule.profile,
    }


def _tags(rule: Rule) -> list[str]:
    """Each once: those that mean something to GitHub first, so that the limit drops none of them."""
    first = ["security"] if rule.score is not None else []
    weak = [f"external/cwe/cwe-{number:03d}" for number in weaknesses(rule)]
    owasp = [f"external/owasp/{item.lower()}" for item in rule.standards.get("owasp", ())]
    return list(dict.fromkeys([*first, *weak, rule.family, *rule.tags, *owasp]))[:MAX_TAGS]


def _items(rule: Rule, standard: Standard) -> tuple[str, ...]:
    if standard.key == "cwe":
        return tuple(map(str, weaknesses(rule)))
    return tuple(map(str, rule.standards.get(standard.key, ())))


def _relationships(rule: Rule) -> list[Any]:
    """A rule's items in the standards; it looks for a part of what each describes."""
    return [
        om.ReportingDescriptorRelationship(
            target=om.ReportingDescriptorReference(id=standard.taxon(item), tool_component=reference(standard)),
            kinds=["superset"],
        )
        for standard in STANDARDS
        for item in dict.fromkeys(_items(rule, standard))
    ]


def reference(standard: Standard) -> Any:
    """How a log refers to a taxonomy."""
    return om.ToolComponentReference(name=standard.name, guid=standard.guid)


def used(rules: Sequence[Rule]) -> list[Standard]:
    """The standards that some rules refer to."""
    return [standard for standard in STANDARDS if any(_items(rule, standard) for rule in rules)]


def taxonomy(standard: Standard, rules: Iterable[Rule]) -> Any:
    """The part of a standard that some rules refer to."""
    items = dict.fromkeys(item for rule in rules for item in _items(rule, standard))
    return om.ToolComponent(
        name=standard.name,
        guid=standard.guid,
        version=standard.version,
        organization=standard.organization,
        short_description=message(_sentence(standard.title)),
        information_uri=standard.uri,
        is_comprehensive=False,
        taxa=[_taxon(standard, item) for item in sorted(items, key=_natural)],
    )


def _taxon(standard: Standard, item: str) -> Any:
    uri = f"https://cwe.mitre.org/data/definitions/{item}.html" if standard.key == "cwe" else standard.uri
    return om.ReportingDescriptor(
        id=standard.taxon(item), short_description=message(f"{standard.title}, {item}."), help_uri=uri
    )


def _natural(item: str) -> tuple[tuple[int, str], ...]:
    """Numbers in order of size: 5.9 before 5.10."""
    return tuple((int(part) if part.isdigit() else 0, part) for part in item.split("."))
