"""PHP locations that do not look for the script."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Location

FILES = ("$fastcgi_script_name", "$uri", "$request_filename", "$document_uri")


def check(location: Location) -> Iterator[Finding]:
    """Scripts whose name comes from the path, and that nothing in the location looks for."""
    match, level = location.match, location.level
    if location.kind != "location" or match is None or not match.regex or "php" not in match.pattern or location.dead:
        return
    if level.has("try_files") or match.pattern.startswith("^") or level.hidden(frozenset(("try_files", "if"))):
        return
    names = [line for line in level.listed("fastcgi_param") if line.text(0) == "SCRIPT_FILENAME"]
    looked = any("-f" in " ".join(line.texts) for line in level.own.get("if", ()))
    if names and not looked and any(word in names[-1].text(1) for word in FILES):
        yield Finding(level.own["fastcgi_pass"][0].span, "PHP is asked whether or not the script is there")
