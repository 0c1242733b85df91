"""Ends of life: until when the line of a product that an image's tag names gets security fixes."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from dockguard.common.imageref import Reference, parse, version_of
from dockguard.common.tables import load
from dockguard.lazy import regex
from dockguard.record import dataclass
from dockguard.source import Unknown

# Names that distributions and image authors put into tags instead of numbers.
_CODENAMES = {
    "debian": {
        "trixie": "13",
        "bookworm": "12",
        "bullseye": "11",
        "buster": "10",
        "stretch": "9",
        "jessie": "8",
        "wheezy": "7",
    },
    "ubuntu": {
        "resolute": "26.04",
        "questing": "25.10",
        "plucky": "25.04",
        "oracular": "24.10",
        "noble": "24.04",
        "mantic": "23.10",
        "lunar": "23.04",
        "kinetic": "22.10",
        "jammy": "22.04",
        "focal": "20.04",
        "bionic": "18.04",
        "xenial": "16.04",
        "trusty": "14.04",
    },
    "amazon-linux": {"1": "2018.03"},
    "nodejs": {"krypton": "24", "jod": "22", "iron": "20", "hydrogen": "18", "gallium": "16", "fermium": "14"},
}
_DISTRIBUTIONS = ("debian", "ubuntu")
_ALPINE = regex(r"alpine(\d{1,2}\.\d{1,2})")
_STREAM = regex(r"stream(\d{1,2})\b")
_FREE_EXTENSION = frozenset({"debian"})  # LTS is for everybody; other extended support is bought


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """One line of a product: `ends` is its last day, None where none is announced or the day is not known.

    `over` says that it has ended on a day that nobody knows. `base` is set for the distribution below (`…-bullseye`).
    `extended` is the last day of support that is bought. `read` is the day the table was read.
    """

    product: str
    cycle: str
    ends: date | None
    extended: date | None = None
    over: bool = False
    base: bool = False
    read: str = ""

    def ended(self, today: date) -> bool:
        """Whether its life has ended on a day."""
        return self.over or (self.ends is not None and self.ends < today)


def eol_of(reference: str | Reference, today: date) -> Lifecycle | None:
    """The line that has ended by a day: the image's product first, then the distribution that the tag names.

    None for a line that lives, for a tag that names no version (`latest`, `alpine`), and for images nobody knows.
    """
    return next((one for one in lifecycles_of(reference) if one.ended(today)), None)


def lifecycles_of(reference: str | Reference) -> tuple[Lifecycle, ...]:
    """The lines that a tag names: of the product, then of the distribution below. `postgres:9` is the newest of 9."""
    image = parse(reference) if isinstance(reference, str) else reference
    tag = image.tag_value
    if not isinstance(tag, str):
        return ()
    product = _product_of(image)
    own = _line(product, tag) if product else None
    base = _base(tag.lower()) if product not in _DISTRIBUTIONS and _is_known(image) else None
    return tuple(one for one in (own, base) if one is not None)


def lifecycle(product: str, version: str) -> Lifecycle | None:
    """The line of a product (its name at endoflife.date: `nodejs`) that a version belongs to; None without one."""
    cycles = load("end_of_life")["products"].get(product)
    found = _cycle(cycles, version) if cycles else None
    return _lifecycle(product, found) if found else None


def table_date() -> str:
    """The day the table was read, YYYY-MM-DD."""
    return str(load("end_of_life")["date"])


def _is_known(image: Reference) -> bool:
    from dockguard.common.images import facts_of

    return facts_of(image) is not None


def _product_of(image: Reference) -> str:
    if isinstance(image.repository, Unknown):
        return ""
    from dockguard.common.images import facts_of

    facts = facts_of(image)
    return facts.product if facts else ""


def _line(product: str, tag: str) -> Lifecycle | None:
    lowered = tag.lower()
    names = _CODENAMES.get(product, {})
    named = names.get(re.split(r"[-_.]", lowered, maxsplit=1)[0])
    if named:
        return lifecycle(product, named)
    stream = _STREAM.match(lowered)
    if product == "centos-stream":
        return lifecycle(product, stream[1]) if stream else None
    version = version_of(lowered.removeprefix("centos") if product == "centos" else lowered)
    return lifecycle(product, version.text) if version else None


def _base(tag: str) -> Lifecycle | None:
    """The distribution that a tag names after the version: `3.12-slim-bullseye`, `8-alpine3.15`."""
    alpine = _ALPINE.search(tag)
    found = lifecycle("alpine-linux", alpine[1]) if alpine else None
    for word in re.split(r"[-_.]", tag):
        for product in _DISTRIBUTIONS:
            if word in _CODENAMES[product]:
                found = lifecycle(product, _CODENAMES[product][word])
    return _as_base(found) if found else None


def _as_base(line: Lifecycle) -> Lifecycle:
    return Lifecycle(line.product, line.cycle, line.ends, line.extended, line.over, True, line.read)


def _cycle(cycles: list[Any], version: str) -> Any:
    """The cycle of a version: itself or shortened (`1.25.3` is 1.25); else the newest below it (`9` is 9.6)."""
    names = {cycle[0]: cycle for cycle in cycles}
    parts = version.split(".")
    for length in range(len(parts), 0, -1):
        if ".".join(parts[:length]) in names:
            return names[".".join(parts[:length])]
    below = [cycle for cycle in cycles if cycle[0].startswith(".".join(parts) + ".")]
    return max(below, key=lambda cycle: _numbers(cycle[0]), default=None)


def _numbers(cycle: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d{1,9}", cycle))


def _lifecycle(product: str, row: Any) -> Lifecycle:
    cycle, ends, *extended = row
    later = _day(extended[0]) if extended else None
    last = _day(ends)
    if product in _FREE_EXTENSION and later and last and later > last:
        last, later = later, None
    return Lifecycle(product, cycle, last, later, ends is True, read=table_date())


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else None
