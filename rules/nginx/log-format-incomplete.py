"""Formats of access logs that leave something out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Note

if TYPE_CHECKING:
    from dockguard.api import Directive

NAME = re.compile(r"\$\{?(\w+)")
WHO = ("addr", "_ip", "forwarded", "client", "remote_user")
WHEN = ("time_local", "time_iso8601", "msec", "date_local", "date_gmt")
MAKING = ("map", "geo", "set", "js_set", "perl_set")
WHAT = ("request", "request_uri", "uri", "document_uri", "request_filename")


def check(directive: Directive) -> Iterator[Finding]:
    """At the first log of a block, when all of its formats together lack something."""
    lines = [line for line in directive.level.own["access_log"] if line.text(0) != "off"]
    if not lines or directive is not lines[0]:
        return
    found = [format_of(line) for line in lines]
    formats = [one for one in found if one is not None]
    if len(formats) < len(found) or any(word.opaque for one in formats for word in one.words):
        return
    names = {name.lower() for one in formats for text in one.texts[1:] for name in NAME.findall(text)}
    syslog = any(line.text(0).startswith("syslog:") for line in lines)
    missing = list(lacking(names, syslog))
    if missing and names.isdisjoint(made(directive)):
        notes = tuple(Note(one.span, "the format") for one in dict.fromkeys(formats))
        yield Finding(directive.span, f"the log does not tell {' or '.join(missing)}", notes[:4])


def format_of(line: Directive) -> Directive | None:
    """The `log_format` of a line; None where it is built in or not in the files."""
    http = next((level for level in line.level.chain if level.context == "http"), None)
    if http is None:
        return None
    if "log formats" not in http.memo:
        http.memo["log formats"] = {one.text(0): one for one in http.own.get("log_format", ())}
    found: Directive | None = http.memo["log formats"].get(line.text(1))
    return found


def made(line: Directive) -> set[str]:
    """The variables that the site makes itself, which may hold anything."""
    root = line.level.chain[-1]
    if "made variables" not in root.memo:
        blocks = (level for level in root.walk() if not level.data())
        lines = (one for level in blocks for name in MAKING for one in level.own.get(name, ()) if one.words)
        texts = (text for one in lines for text in (one.text(0), one.texts[-1]))
        root.memo["made variables"] = {text.lstrip("$").lower() for text in texts}
    found: set[str] = root.memo["made variables"]
    return found


def lacking(names: set[str], syslog: bool) -> Iterator[str]:
    """What the variables of a format leave out; syslog writes the time by itself."""
    if not any(part in name for name in names for part in WHO):
        yield "who asked"
    if not syslog and names.isdisjoint(WHEN):
        yield "when"
    if names.isdisjoint(WHAT):
        yield "for what"
    if "status" not in names:
        yield "how it was answered"
