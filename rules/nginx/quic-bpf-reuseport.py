"""QUIC sockets whose connections a reload loses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Note

if TYPE_CHECKING:
    from dockguard.api import Directive


def check(directive: Directive) -> Iterator[Finding]:
    """`quic_bpf`, `reuseport` and more than one worker, before the release that mended it."""
    if not {"quic", "reuseport"} <= set(directive.texts) or directive.level.before(1, 31, 7) is False:
        return
    main = directive.level.chain[-1]
    switch, workers = main.last("quic_bpf"), main.last("worker_processes")
    if switch is None or switch.text(0) != "on" or workers is None or workers.text(0) in ("0", "1"):
        return
    message = "with `quic_bpf` and several workers about half of the connections over QUIC are lost after a reload"
    yield Finding(directive.span, message, (Note(switch.span, "here"), Note(workers.span, "several workers")))
