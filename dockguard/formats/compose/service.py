"""A service of the merged project, typed, every value with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dockguard.finding import Edit
from dockguard.formats.compose.bounded import Bounded
from dockguard.formats.compose.connected import Connected
from dockguard.formats.compose.entries import Entry, entries
from dockguard.formats.compose.isolated import Isolated
from dockguard.formats.compose.process import Build, Hook
from dockguard.formats.compose.text.tree import is_unknown, unknown_names
from dockguard.formats.compose.view import as_int, as_words, fact, many
from dockguard.lazy import cached_property
from dockguard.record import dataclass
from dockguard.source import Fact, Many, Span

if TYPE_CHECKING:
    from dockguard.formats.compose.switches import Switch


@dataclass(frozen=True, eq=False)
class Service(Isolated, Connected, Bounded):
    """One service of the merged project."""

    @cached_property
    def image(self) -> Fact[str]:
        """The image that runs; with a build it is the name that the result gets."""
        return self._text("image")

    @cached_property
    def build(self) -> Build | None:
        """How the image is built; None when it is pulled."""
        value = self._get("build")
        if value is None or not value.is_map:
            return None
        return Build(value, (*self.path, "build"), "", self.direct and value.direct, self)

    @property
    def program(self) -> Any:
        """What the linker knows of the program that it runs (`stack.program.Program`); None where nothing is linked."""
        return self.project.programs.get(self.name) if self.project is not None else None

    def unset(self, attributes: Sequence[str]) -> Iterator[tuple[str, str, Span]]:
        """Variables without a value in some attributes, each once: the attribute, the variable, the place."""
        seen = set()
        for attribute in attributes:
            value = self._get(attribute)
            for _, inner in value.walk() if value is not None else ():
                for name in unknown_names(inner.text):
                    if (attribute, name) not in seen:
                        seen.add((attribute, name))
                        yield attribute, name, inner.span

    @property
    def is_socket_proxy(self) -> bool:
        """Whether its image is known to stand before the engine's socket and to let only some requests through."""
        return {"proxy", "control"} <= set(self.purposes)

    @property
    def makes_tunnels(self) -> bool:
        """Whether its image is known to need network administration: a VPN, a DHCP server."""
        from dockguard.formats.compose.grants import makes_tunnels

        return makes_tunnels(self)

    def amended(self, values: Mapping[str, Any], **lists: Sequence[str]) -> tuple[Edit, ...] | None:
        """Edits that set attributes, and add items to lists; None where one of them is not safe."""
        from dockguard.formats.compose.text.edit import amend

        return amend(self, values, lists)

    @cached_property
    def is_built(self) -> bool:
        """Whether it has a build."""
        return self.build is not None

    @property
    def image_has_healthcheck(self) -> bool | None:
        """Whether the image that it pulls brings a health check; None where nobody knows."""
        from dockguard.formats.compose.pulled import facts_of

        facts = facts_of(self)
        return facts.healthcheck if facts else None

    @cached_property
    def switches(self) -> tuple[Switch, ...]:
        """Settings of its program that switch a protection off or a debugger on."""
        from dockguard.formats.compose.switches import switches

        return tuple(switches(self))

    @property
    def is_declared_edge(self) -> bool:
        """Whether it says of itself that it is the edge: `x-dockguard: {edge: true}`."""
        return self._bool("x-dockguard.edge").known is True

    @property
    def purposes(self) -> tuple[str, ...]:
        """What the image that it pulls is for: edge, datastore, monitoring, proxy, control, job; () where unknown."""
        from dockguard.formats.compose.pulled import facts_of

        facts = facts_of(self)
        return facts.purposes if facts else ()

    @property
    def is_open_monitoring(self) -> bool:
        """Whether the image that it pulls is a monitoring program that lets everybody in."""
        from dockguard.formats.compose.pulled import facts_of

        facts = facts_of(self)
        return facts is not None and facts.is_for("monitoring") and facts.unauthenticated is True

    @cached_property
    def command(self) -> Fact[tuple[str, ...]]:
        """The command as words, instead of the image's."""
        return self._fact("command", as_words)

    @cached_property
    def entrypoint(self) -> Fact[tuple[str, ...]]:
        """The entrypoint as words, instead of the image's."""
        return self._fact("entrypoint", as_words)

    @cached_property
    def user(self) -> Fact[str]:
        """Who it runs as, instead of the image's user."""
        return self._text("user")

    @cached_property
    def group_add(self) -> Many[Fact[str]]:
        """Further groups of its process."""
        return self._texts("group_add")

    @cached_property
    def environment(self) -> Many[Entry]:
        """Its variables: env files in their order, then its own."""
        return entries(self, "environment", self._unread_files)

    @cached_property
    def _unread_files(self) -> str:
        files = self._get("env_file")
        for file in files.list if files is not None else ():
            path = file.get("path")
            if path is not None and is_unknown(path.data):
                return "an env file's path holds an unset variable"
            if path is not None and self.project is not None and not self.project.has_read(path.text):
                return f"`{path.text.rpartition('/')[2]}` is not there"
        return ""

    @cached_property
    def env_files(self) -> Many[Fact[str]]:
        """Paths of its env files."""
        value = self._get("env_file")
        if value is None:
            return Many((), self.span, self.open)
        return many((fact(item.get("path"), item.span, str) for item in value.list), value)

    @cached_property
    def labels(self) -> Many[Entry]:
        """Labels of its containers."""
        return entries(self, "labels")

    @cached_property
    def container_name(self) -> Fact[str]:
        """The name of its container."""
        return self._text("container_name")

    @cached_property
    def hostname(self) -> Fact[str]:
        """The host name in its container."""
        return self._text("hostname")

    @cached_property
    def platform(self) -> Fact[str]:
        """The platform of its image."""
        return self._text("platform")

    @cached_property
    def pull_policy(self) -> Fact[str]:
        """When its image is pulled."""
        return self._text("pull_policy")

    @cached_property
    def restart(self) -> Fact[str]:
        """The restart policy."""
        return self._text("restart")

    @cached_property
    def restart_attempts(self) -> Fact[int]:
        """How often it is started again after failures, by `deploy.restart_policy`."""
        return self._fact("deploy.restart_policy.max_attempts", as_int)

    @cached_property
    def profiles(self) -> Many[Fact[str]]:
        """The profiles that activate it; it is always active without any."""
        return self._texts("profiles")

    @cached_property
    def provider(self) -> Fact[str]:
        """The kind of a service that something else than a container provides."""
        return self._text("provider.type")

    @cached_property
    def hooks(self) -> Many[Hook]:
        """Its lifecycle hooks."""
        found = [hook for name in ("pre_start", "post_start", "pre_stop") for hook in self._nodes(name, Hook, self)]
        return Many(tuple(found), self.span, self.open)
