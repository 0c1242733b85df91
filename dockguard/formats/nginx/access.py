"""Who may pass: `allow`, `deny`, passwords, subrequests, and how `satisfy` joins them."""

from __future__ import annotations

from dockguard.formats.nginx.level import Level
from dockguard.lazy import cached_property
from dockguard.record import dataclass
from dockguard.source import Fact, Many, Span, Unknown

EVERYBODY = frozenset(("all", "0.0.0.0/0", "::/0"))


@dataclass(frozen=True, slots=True)
class AccessRule:
    """One `allow` or `deny` line."""

    verb: str  # `allow` or `deny`
    who: Fact[str]
    span: Span

    @property
    def everybody(self) -> bool:
        """Whether it is about every address."""
        return self.who.known in EVERYBODY


class Access:
    """The access rules that count in a block."""

    def __init__(self, level: Level) -> None:
        self._level = level

    @cached_property
    def rules(self) -> Many[AccessRule]:
        """The `allow` and `deny` lines that count, in order; the first that fits decides."""
        lines = self._level.listed("allow")
        return Many(tuple(AccessRule(line.name, line.first, line.span) for line in lines), self._level.span, lines.open)

    @property
    def own_rules(self) -> Many[AccessRule]:
        """The `allow` and `deny` lines of this very block."""
        lines = self._level.lines(frozenset(("allow", "deny")))
        return Many(tuple(AccessRule(line.name, line.first, line.span) for line in lines), self._level.span)

    @property
    def any_suffices(self) -> bool:
        """Whether one of several conditions is enough (`satisfy any`)."""
        return self._level.setting("satisfy").known == "any"

    @property
    def closed(self) -> bool:
        """Whether nobody passes: the first rule denies everybody and nothing else can let one in."""
        first = next(iter(self.rules), None)
        denies = first is not None and first.verb == "deny" and first.everybody
        return denies and not (self.any_suffices and (self.password.value is not None or self.subrequest.written))

    @property
    def restricts(self) -> bool:
        """Whether somebody is kept out by address, password or subrequest."""
        denies = any(rule.verb == "deny" for rule in self.rules)
        return denies or self.password.known is not None or self.subrequest.known is not None

    @property
    def password(self) -> Fact[str]:
        """The realm of `auth_basic`; absent where it is off."""
        return _unless_off(self._level.setting("auth_basic"))

    @property
    def password_file(self) -> Fact[str]:
        """The file of `auth_basic_user_file`."""
        return self._level.setting("auth_basic_user_file")

    @property
    def subrequest(self) -> Fact[str]:
        """The URI of `auth_request`; absent where it is off."""
        return _unless_off(self._level.setting("auth_request"))

    @property
    def password_inert(self) -> bool:
        """Whether `auth_basic` is on and no `auth_basic_user_file` counts: nginx then asks nobody."""
        return self.password.known is not None and self.password_file.sure and not self.password_file.written


def _unless_off(fact: Fact[str]) -> Fact[str]:
    off = not isinstance(fact.value, Unknown) and fact.value == "off"
    return Fact(None, fact.span) if off else fact
