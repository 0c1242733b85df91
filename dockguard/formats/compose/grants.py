"""What a service is granted beyond a plain container: capabilities, devices, security options."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from dockguard.lazy import regex
from dockguard.record import dataclass
from dockguard.source import Fact, Span

if TYPE_CHECKING:
    from dockguard.formats.compose.model import Service

_CGROUP_RULE = regex(r"\s*([abc])\s+(\*|\d+):(\*|\d+)\s+([rwm]{1,3})\s*")
_CHARACTERS = {  # by major and minor number (Linux, Documentation/admin-guide/devices.txt)
    **dict.fromkeys([("1", minor) for minor in ("1", "2", "4", "*")], "the host's memory"),
    ("1", "11"): "the kernel's log",
    ("10", "237"): "creating raw disks",
    ("10", "*"): "creating raw disks",  # beside the tunnel's, FUSE's and the hypervisor's
}
_TUNNELS = tuple("wireguard openvpn tailscale gluetun netbird zerotier headscale vpn pihole wg-easy firezone".split())


@dataclass(frozen=True, eq=False)
class Capability:
    """A capability that a service gets on top of the default ones, or does without."""

    fact: Fact[str]
    service: Service
    where: str = "cap_add"  # or `cap_drop`

    @property
    def span(self) -> Span:
        """The item."""
        return self.fact.span

    @property
    def subject(self) -> str:
        """The service and the capability."""
        return f"{self.service.subject}.{self.where}.{self.fact.known or '?'}"

    @property
    def name(self) -> Fact[str]:
        """In upper case, without `CAP_`; `CAP_ALL` stays, because the engine refuses it."""
        return self.fact.map(lambda text: text.upper() if text.upper() == "CAP_ALL" else _bare(text))

    @property
    def is_known(self) -> Fact[bool]:
        """Whether Linux has it, or it is ALL; the engine refuses others (`CAP_ALL` too)."""
        from dockguard.common.capabilities import ALL, EVERY

        return self.name.map(lambda name: name == ALL or name in EVERY)

    @property
    def is_default(self) -> Fact[bool]:
        """Whether the engine leaves it to every container."""
        from dockguard.common.capabilities import DEFAULTS

        return self.name.map(lambda name: name in DEFAULTS)

    @property
    def needed_to_start(self) -> tuple[str, ...]:
        """What the image that the service pulls needs while it is still root, when it is known to start as root."""
        from dockguard.formats.compose.pulled import facts_of

        facts = facts_of(self.service)
        if facts is None or facts.starts_as_root is not True:
            return ()
        return (*(facts.capabilities or ()), *(("SETGID", "SETUID") if facts.drops_to else ()))

    @cached_property
    def service_makes_tunnels(self) -> bool:
        """Whether the image is known to need network administration: a VPN, a DHCP server."""
        return makes_tunnels(self.service)


@dataclass(frozen=True, eq=False)
class Access:
    """A host device that a service can open, by `devices` or by a device cgroup rule."""

    fact: Fact[str]
    gives: str  # `a raw disk`; "" for a device of no concern
    service: Service
    where: str  # `devices` or `device_cgroup_rules`

    @property
    def span(self) -> Span:
        """The item."""
        return self.fact.span

    @property
    def subject(self) -> str:
        """The service and the device."""
        return f"{self.service.subject}.{self.where}.{self.fact.known or '?'}"

    @property
    def name(self) -> Fact[str]:
        """The device's path, or the rule."""
        return self.fact

    @property
    def service_makes_tunnels(self) -> bool:
        """Whether the image is known to need network administration: a VPN, a DHCP server."""
        return makes_tunnels(self.service)

    @property
    def is_tunnel(self) -> bool:
        """Whether it only makes network tunnels."""
        return self.gives == "network tunnels"


@dataclass(frozen=True, eq=False)
class SecurityOption:
    """One item of `security_opt`, by its name and value."""

    fact: Fact[str]
    service: Service

    @property
    def span(self) -> Span:
        """The item."""
        return self.fact.span

    @property
    def subject(self) -> str:
        """The service and the option."""
        return f"{self.service.subject}.security_opt.{self.fact.known or '?'}"

    @property
    def text(self) -> Fact[str]:
        """As written."""
        return self.fact

    @property
    def name(self) -> Fact[str]:
        """`seccomp`, `apparmor`, `label`, `systempaths`, `no-new-privileges` or another."""
        return self.fact.map(lambda text: _halves(text)[0])

    @property
    def setting(self) -> Fact[str]:
        """What stands behind the first `:` or `=`."""
        return self.fact.map(lambda text: _halves(text)[1])

    @property
    def selinux_type(self) -> Fact[str]:
        """The type of a `label=type:TYPE`; absent for other options."""
        return self.fact.map(lambda text: _type(_halves(text)))


def _type(halves: tuple[str, str]) -> str | None:
    key, _, name = halves[1].partition(":")
    return name if (halves[0], key) == ("label", "type") else None


def capabilities(service: Service) -> Iterator[Capability]:
    """What `cap_add` names."""
    return (Capability(item, service) for item in service.cap_add)


def changes(service: Service) -> Iterator[Capability]:
    """What `cap_add` and `cap_drop` name."""
    yield from capabilities(service)
    yield from (Capability(item, service, "cap_drop") for item in service.cap_drop)


def options(service: Service) -> Iterator[SecurityOption]:
    """What `security_opt` holds."""
    return (SecurityOption(item, service) for item in service.security_opt)


def devices(service: Service) -> Iterator[Access]:
    """Devices that can be read or written; one that may only be made (`m`) gives nothing by itself."""
    for device in service.devices:
        permissions = device.permissions.known
        if device.source.known is not None and (permissions is None or set(permissions) & set("rw")):
            yield Access(Fact(device.source.value, device.span), device.gives.known or "", service, "devices")
    for rule in service.device_cgroup_rules:
        gives = _opened(rule.known or "", service)
        if gives:
            yield Access(rule, gives, service, "device_cgroup_rules")


def _opened(text: str, service: Service) -> str:
    """What a rule opens: nothing while no device node can be made or reached."""
    match = _CGROUP_RULE.fullmatch(text)
    if match is None or not set(match[4]) & set("rw") or not _has_nodes(service):
        return ""
    kind, major, minor = match[1], match[2], match[3]
    if kind == "a" or (kind == "c" and major == "*"):
        return "every device of the host"
    if kind == "b":
        return "a raw disk"
    return _CHARACTERS.get((major, minor), "")


def _has_nodes(service: Service) -> bool:
    """Whether device nodes can be made (MKNOD is a default capability) or are mounted."""
    from dockguard.common.paths import device_danger

    dropped = {name.known for name in service.dropped_capabilities}
    added = {name.known for name in service.added_capabilities}
    if {"ALL", "MKNOD"} & added or not {"ALL", "MKNOD"} & dropped:
        return True
    return any(device_danger(mount.host_path.known or "") for mount in service.volumes)


def makes_tunnels(service: Service) -> bool:
    """Whether an image's name is that of a VPN, or of a DHCP server."""
    name = (service.image.known or "").lower()
    return any(word in name for word in _TUNNELS)


def _bare(text: str) -> str:
    return text.upper().removeprefix("CAP_")


def _halves(text: str) -> tuple[str, str]:
    cut = min((at for at in (text.find(":"), text.find("=")) if at >= 0), default=len(text))
    return text[:cut], text[cut + 1 :]
