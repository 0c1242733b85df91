"""What separates a service from the host and from the others."""

from __future__ import annotations

from collections.abc import Callable

from dockguard.formats.compose.entries import Entry, entries
from dockguard.formats.compose.owner import Owner
from dockguard.formats.compose.parts import Device
from dockguard.lazy import cached_property
from dockguard.record import dataclass
from dockguard.source import Fact, Many, Unknown

_NO_NEW = "no-new-privileges"
_TRUE = ("true", "t", "1")


@dataclass(frozen=True, eq=False)
class Isolated(Owner):
    """The isolation of a service."""

    @cached_property
    def privileged(self) -> Fact[bool]:
        """Whether it runs with every privilege."""
        return self._bool("privileged")

    @cached_property
    def cap_add(self) -> Many[Fact[str]]:
        """Capabilities it gets on top of the default ones, as written."""
        return self._texts("cap_add")

    @cached_property
    def cap_drop(self) -> Many[Fact[str]]:
        """Capabilities it does without, as written."""
        return self._texts("cap_drop")

    @cached_property
    def added_capabilities(self) -> Many[Fact[str]]:
        """The added capabilities in upper case, without `CAP_`."""
        return _capabilities(self.cap_add)

    @cached_property
    def dropped_capabilities(self) -> Many[Fact[str]]:
        """The dropped capabilities in upper case, without `CAP_`."""
        return _capabilities(self.cap_drop)

    @cached_property
    def drops_all_capabilities(self) -> Fact[bool]:
        """Whether it drops `ALL`."""
        return _holds(self.dropped_capabilities, lambda name: name == "ALL")

    @cached_property
    def security_opt(self) -> Many[Fact[str]]:
        """Security options as written."""
        return self._texts("security_opt")

    @cached_property
    def no_new_privileges(self) -> Fact[bool]:
        """Whether its processes cannot gain privileges; the last option of that name decides."""
        found: Fact[bool] = Fact(None, self.security_opt.span)
        for option in self.security_opt:
            text = option.known
            if text is None:
                found = Fact(option.value, option.span, option.via)  # type: ignore[arg-type]
            elif text.replace("=", ":").partition(":")[0] == _NO_NEW:
                value = text.replace("=", ":").partition(":")[2]
                found = Fact(not value or value.lower() in _TRUE, option.span, option.via)
        if self.security_opt.open and found.value is not False:
            return Fact(Unknown(self.security_opt.open), found.span)
        return found

    @cached_property
    def read_only(self) -> Fact[bool]:
        """Whether its root file system is read-only."""
        return self._bool("read_only")

    @cached_property
    def network_mode(self) -> Fact[str]:
        """`host`, `none`, `bridge`, `service:NAME` or `container:NAME`."""
        return self._text("network_mode")

    @cached_property
    def pid(self) -> Fact[str]:
        """The process namespace: `host`, `service:NAME`, `container:NAME`."""
        return self._text("pid")

    @cached_property
    def ipc(self) -> Fact[str]:
        """The IPC namespace."""
        return self._text("ipc")

    @cached_property
    def uts(self) -> Fact[str]:
        """The UTS namespace."""
        return self._text("uts")

    @cached_property
    def userns_mode(self) -> Fact[str]:
        """The user namespace."""
        return self._text("userns_mode")

    @cached_property
    def cgroup(self) -> Fact[str]:
        """The cgroup namespace: `host` or `private`."""
        return self._text("cgroup")

    @cached_property
    def cgroup_parent(self) -> Fact[str]:
        """The parent cgroup."""
        return self._text("cgroup_parent")

    @cached_property
    def runtime(self) -> Fact[str]:
        """The container runtime."""
        return self._text("runtime")

    @cached_property
    def use_api_socket(self) -> Fact[bool]:
        """Whether the engine's socket and the registry credentials are mounted at run time."""
        return self._bool("use_api_socket")

    @cached_property
    def sysctls(self) -> Many[Entry]:
        """Kernel parameters."""
        return entries(self, "sysctls")

    @cached_property
    def device_cgroup_rules(self) -> Many[Fact[str]]:
        """Rules such as `c 1:3 mr`."""
        return self._texts("device_cgroup_rules")

    @cached_property
    def devices(self) -> Many[Device]:
        """Devices of the host."""
        return self._many("devices", Device)


def _capabilities(names: Many[Fact[str]]) -> Many[Fact[str]]:
    return Many(
        tuple(name.map(lambda text: text.upper().removeprefix("CAP_")) for name in names), names.span, names.open
    )


def _holds(items: Many[Fact[str]], wanted: Callable[[str], bool]) -> Fact[bool]:
    """Whether an item is wanted; unknown while one may be."""
    unsure = Unknown(items.open) if items.open else None
    for item in items:
        known = item.known
        if known is not None and wanted(known):
            return Fact(True, item.span, item.via)
        if isinstance(item.value, Unknown):
            unsure = item.value
    return Fact(unsure if unsure is not None else False, items.span)
