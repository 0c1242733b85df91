"""Servers whose responses name the version."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Server


def check(server: Server) -> Iterator[Finding]:
    """Where it is switched on; where nobody says anything, once for each server that serves."""
    setting = server.level.setting("server_tokens")
    if setting.known in SHOWN:
        yield Finding(setting.span, f"responses of `{server.subject}` name nginx's version")
    elif setting.value is None and told(server):
        yield Finding(
            server.span, f"responses of `{server.subject}` name nginx's version: `server_tokens off;` is missing"
        )
    for context in server.contexts:
        line = context.level.last("server_tokens") if context.kind != "server" and not context.dead else None
        if line is not None and line.first.known in SHOWN:
            yield Finding(line.span, f"responses of {context.label} name nginx's version")


SHOWN = ("on", "build")


def told(server: Server) -> bool:
    """Whether this is the server to tell it at: any that serves, else one that only answers, unless with nothing."""
    if not server.action:
        return True
    around = server.level.parent
    serving = [one for one in around.children if one.context == "server" and not one.has("return")] if around else []
    return not serving and next((one.ended_by.known for one in server.contexts), None) != "return 444"
