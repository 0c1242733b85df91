"""What runs beside and before a service's main process: its build, hooks, health check, and how it logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockguard.formats.compose.entries import Entry, entries
from dockguard.formats.compose.text.scalars import go_text
from dockguard.formats.compose.view import View, as_bytes, as_float, as_int, as_words, fact, many
from dockguard.lazy import cached_property, regex
from dockguard.record import dataclass
from dockguard.source import Fact, Many, Span

if TYPE_CHECKING:
    from dockguard.formats.compose.model import Service

_ROOT = regex(r"(?:root|[+-]?0+)?")  # as Go's Atoi reads a number


@dataclass(frozen=True, eq=False)
class Hook(View):
    """A lifecycle hook: `pre_start`, `post_start`, `pre_stop`."""

    service: Service | None = None

    @property
    def span(self) -> Span:
        """The whole item."""
        return self.value.span

    @property
    def when(self) -> str:
        """`pre_start`, `post_start` or `pre_stop`."""
        return self.path[-2]

    @cached_property
    def user(self) -> Fact[str]:
        """Who it runs as."""
        return self._text("user")

    @cached_property
    def privileged(self) -> Fact[bool]:
        """Whether it runs with every privilege."""
        return self._bool("privileged")

    @property
    def runs_as_root(self) -> Fact[bool]:
        """Whether its own `user` is uid 0."""
        return self.user.map(lambda text: _ROOT.fullmatch(text.partition(":")[0]) is not None)

    @cached_property
    def image(self) -> Fact[str]:
        """The image of a `pre_start` container."""
        return self._text("image")

    @cached_property
    def command(self) -> Fact[tuple[str, ...]]:
        """What it runs, as words."""
        return self._fact("command", as_words)

    @cached_property
    def environment(self) -> Many[Entry]:
        """Its variables."""
        return entries(self, "environment")


@dataclass(frozen=True, eq=False)
class Build(View):
    """How a service's image is built."""

    service: Service | None = None

    @cached_property
    def context(self) -> Fact[str]:
        """The folder on the host as Docker Compose resolves it, or a URL."""
        return self._text("context")

    @cached_property
    def dockerfile(self) -> Fact[str]:
        """The Dockerfile, relative to the context."""
        return self._text("dockerfile")

    @cached_property
    def dockerfile_inline(self) -> Fact[str]:
        """A Dockerfile written in the Compose file."""
        return self._text("dockerfile_inline")

    @cached_property
    def target(self) -> Fact[str]:
        """The stage to build."""
        return self._text("target")

    @cached_property
    def args(self) -> Many[Entry]:
        """Build arguments."""
        return entries(self, "args")

    @cached_property
    def labels(self) -> Many[Entry]:
        """Labels of the image."""
        return entries(self, "labels")

    @cached_property
    def privileged(self) -> Fact[bool]:
        """Whether the build runs with every privilege."""
        return self._bool("privileged")

    @cached_property
    def network(self) -> Fact[str]:
        """The network of RUN instructions."""
        return self._text("network")

    @cached_property
    def entitlements(self) -> Many[Fact[str]]:
        """Further privileges of the build, such as `security.insecure`."""
        return self._texts("entitlements")

    @cached_property
    def tags(self) -> Many[Fact[str]]:
        """Further names of the image."""
        return self._texts("tags")

    @cached_property
    def cache_from(self) -> Many[Fact[str]]:
        """Sources of the build cache."""
        return self._texts("cache_from")

    @cached_property
    def additional_contexts(self) -> Many[Entry]:
        """Named contexts: folders, images, URLs, other services."""
        return entries(self, "additional_contexts")

    @cached_property
    def secrets(self) -> Many[Fact[str]]:
        """Names of the secrets that the build may read."""
        value = self._get("secrets")
        if value is None:
            return Many((), self.span, self.open)
        return many((fact(item.get("source"), item.span, go_text) for item in value.list), value)

    @cached_property
    def ssh(self) -> Many[Fact[str]]:
        """Names of the SSH agents and keys that the build may use."""
        value = self._get("ssh")
        if value is None:
            return Many((), self.span, self.open)
        return many((Fact(name, item.place, item.via) for name, item in value.map.items()), value)

    @cached_property
    def pull(self) -> Fact[bool]:
        """Whether newer base images are pulled."""
        return self._bool("pull")

    @cached_property
    def provenance(self) -> Fact[str]:
        """The provenance attestation of the image: `true`, `false`, or how much (`mode=max`)."""
        return self._text("provenance")

    @cached_property
    def sbom(self) -> Fact[str]:
        """The bill of materials of the image: `true`, `false`, or who makes it."""
        return self._text("sbom")

    @cached_property
    def shm_size(self) -> Fact[int]:
        """The size of /dev/shm while building, in bytes."""
        return self._fact("shm_size", as_bytes)


@dataclass(frozen=True, eq=False)
class HealthCheck(View):
    """The health check of a service."""

    @cached_property
    def test(self) -> Fact[tuple[str, ...]]:
        """The command, with `CMD`, `CMD-SHELL` or `NONE` before it."""
        return self._fact("test", lambda data: ("CMD-SHELL", data) if isinstance(data, str) else as_words(data))

    @cached_property
    def disable(self) -> Fact[bool]:
        """Whether the image's health check is switched off."""
        return self._bool("disable")

    @cached_property
    def is_disabled(self) -> Fact[bool]:
        """Whether it is switched off, by `disable: true` or by the test `NONE`."""
        if self.disable.value is True or not self.test.written:
            return self.disable
        return self.test.map(lambda words: words[:1] == ("NONE",) or words == ("CMD-SHELL", "NONE"))

    @cached_property
    def retries(self) -> Fact[int]:
        """Failures until it is unhealthy."""
        return self._fact("retries", as_int)


@dataclass(frozen=True, eq=False)
class Logging(View):
    """How a service logs."""

    @cached_property
    def driver(self) -> Fact[str]:
        """The logging driver; absent for the daemon's default."""
        return self._text("driver")

    @cached_property
    def options(self) -> Many[Entry]:
        """The driver's options."""
        return entries(self, "options")

    @cached_property
    def max_size(self) -> Fact[str]:
        """The size at which a log file is rotated."""
        return self._text("options.max-size")


@dataclass(frozen=True, eq=False)
class Limits(View):
    """`deploy.resources.limits` or `reservations`."""

    @cached_property
    def cpus(self) -> Fact[float]:
        """CPUs."""
        return self._fact("cpus", as_float)

    @cached_property
    def memory(self) -> Fact[int]:
        """Memory in bytes."""
        return self._fact("memory", as_bytes)

    @cached_property
    def pids(self) -> Fact[int]:
        """Processes."""
        return self._fact("pids", as_int)
