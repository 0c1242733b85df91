"""STOPSIGNALs by number, without SIG, in lower case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dockguard.api import Edit, Finding, Fix, Safety

# signal(7), for x86 and ARM: the ones that programs use to stop.
_NUMBERS = {
    "1": "HUP",
    "2": "INT",
    "3": "QUIT",
    "10": "USR1",
    "12": "USR2",
    "15": "TERM",
    "28": "WINCH",
    "37": "RTMIN+3",
}


def check(instruction: Any) -> Iterator[Finding]:
    """Of signals that exist, written without a variable."""
    written = instruction.node.argument
    if not written.text or "$" in written.text or instruction.form.bad_signal.known:
        return
    bare = written.text.strip("\"'").upper().removeprefix("SIG")
    name = _NUMBERS.get(bare, "" if bare.isdigit() else bare)
    if name and written.text != f"SIG{name}":
        fix = Fix(f"write `SIG{name}`", (Edit(written.span, f"SIG{name}"),), Safety.SAFE)
        yield Finding(written.span, f"`{written.text}` is SIG{name}", fix=fix)
