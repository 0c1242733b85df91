"""What a service may use up, and how its health and its logs are kept."""

from __future__ import annotations

from dockguard.formats.compose.owner import Owner
from dockguard.formats.compose.process import HealthCheck, Limits, Logging
from dockguard.formats.compose.text.tree import made
from dockguard.formats.compose.view import as_bytes, as_float, as_int
from dockguard.lazy import cached_property
from dockguard.record import dataclass
from dockguard.source import Fact


@dataclass(frozen=True, eq=False)
class Bounded(Owner):
    """The limits of a service."""

    @cached_property
    def mem_limit(self) -> Fact[int]:
        """`mem_limit` in bytes."""
        return self._fact("mem_limit", as_bytes)

    @cached_property
    def memswap_limit(self) -> Fact[int]:
        """Memory and swap together, in bytes; -1 is without limit."""
        return self._fact("memswap_limit", as_bytes)

    @cached_property
    def shm_size(self) -> Fact[int]:
        """The size of /dev/shm in bytes."""
        return self._fact("shm_size", as_bytes)

    @cached_property
    def cpus(self) -> Fact[float]:
        """`cpus`."""
        return self._fact("cpus", as_float)

    @cached_property
    def cpu_quota(self) -> Fact[int]:
        """`cpu_quota` in microseconds."""
        return self._fact("cpu_quota", as_int)

    @cached_property
    def pids(self) -> Fact[int]:
        """`pids_limit`."""
        return self._fact("pids_limit", as_int)

    @cached_property
    def limits(self) -> Limits:
        """`deploy.resources.limits`."""
        path = ("deploy", "resources", "limits")
        return Limits(self._get(*path) or made({}, self.value), (*self.path, *path), self.open, self.direct)

    @cached_property
    def memory_limit(self) -> Fact[int]:
        """The memory limit in bytes, in either spelling; 0 and less limit nothing."""
        return self.mem_limit if self._has("mem_limit") else self.limits.memory

    @cached_property
    def cpu_limit(self) -> Fact[float]:
        """The CPU limit in either spelling, `cpu_quota` included; 0 and less limit nothing."""
        if self._has("cpus"):
            return self.cpus
        if self._has("cpu_quota"):
            return self.cpu_quota.map(lambda quota: quota / 100_000)
        return self.limits.cpus

    @cached_property
    def pids_limit(self) -> Fact[int]:
        """The process limit in either spelling; 0 and less limit nothing."""
        return self.pids if self._has("pids_limit") else self.limits.pids

    @cached_property
    def oom_kill_disable(self) -> Fact[bool]:
        """Whether the kernel may not stop it when memory runs out."""
        return self._bool("oom_kill_disable")

    @cached_property
    def oom_score_adj(self) -> Fact[int]:
        """How gladly the kernel stops it when memory runs out, -1000 to 1000."""
        return self._fact("oom_score_adj", as_int)

    @cached_property
    def scale(self) -> Fact[int]:
        """How many containers, in either spelling."""
        return self._fact("scale", as_int) if self._has("scale") else self._fact("deploy.replicas", as_int)

    @cached_property
    def healthcheck(self) -> HealthCheck:
        """Its health check."""
        return HealthCheck(*self._part("healthcheck"))

    @cached_property
    def has_healthcheck(self) -> Fact[bool]:
        """Whether it has a test of its own that is not switched off."""
        off = self.healthcheck.is_disabled
        if off.value is True:
            return Fact(False, off.span, off.via)
        return self.healthcheck.test.map(lambda words: bool(words))

    @cached_property
    def logging(self) -> Logging:
        """How it logs."""
        return Logging(*self._part("logging"))
