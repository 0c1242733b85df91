"""Status pages without access rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Confidence, Finding

if TYPE_CHECKING:
    from dockguard.api import AccessRule, Location


def check(location: Location) -> Iterator[Finding]:
    """Its own `stub_status` line, where addresses, passwords and subrequests let everybody pass."""
    line = location.level.last("stub_status")
    if (
        line is None
        or location.internal
        or location.dead
        or location.server.loopback
        or not any(_open(location, family) for family in _families(location))
    ):
        return
    doubt = bool(location.access.rules.open)
    why = "the file that includes this one may restrict it" if doubt else ""
    yield Finding(
        line.span, "everybody can read the status page", confidence=Confidence.LOW if doubt else None, why=why
    )


def _families(location: Location) -> set[str]:
    """IPv4, IPv6 or both, by where the server listens."""
    listens = location.server.listens
    found = {"::/0" if listen.address.startswith("[") else "0.0.0.0/0" for listen in listens if listen.port}
    if any("ipv6only=off" in line.texts for line in location.server.level.own.get("listen", ())):
        found.add("0.0.0.0/0")
    return found if found or not listens.open else {"0.0.0.0/0", "::/0"}


def _open(location: Location, family: str) -> bool:
    """Whether everybody of an address family passes."""
    access = location.access
    first = next((rule.verb for rule in access.rules if _all(rule, family)), "")
    names = [name for level in location.level.chain for name in level.own]
    other = access.password.known is not None or access.subrequest.known is not None or not TOKENS.isdisjoint(names)
    if access.any_suffices and first == "allow":
        return True
    return first != "deny" and not other


def _all(rule: AccessRule, family: str) -> bool:
    return rule.who.known in ("all", family)


TOKENS = frozenset(("auth_jwt", "auth_oidc", "auth_ldap", "auth_pam"))
