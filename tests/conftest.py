"""What holds for every test: `DOCKGUARD_NO_SKIP=1` makes a skipped test a failure (where every tool is installed a skip
hides a missing proof), and generated examples are the same in every run, whatever the machine does beside.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import Any

import hypothesis
import pytest

OPTIONAL = ("DOCKGUARD_CORPUS", "DOCKGUARD_LONG")  # a reason that names one of these is fine while it is unset
TOO_NEW = ("add_header_inherit needs nginx 1.29.3",)  # no Debian release that .ci/run knows has it: not proved there


hypothesis.settings.register_profile(
    "same", derandomize=True, deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.register_profile("new", hypothesis.settings.get_profile("same"), derandomize=False)
hypothesis.settings.load_profile("new" if os.environ.get("DOCKGUARD_LONG") else "same")


def pytest_configure(config: pytest.Config) -> None:
    if os.environ.get("DOCKGUARD_NO_SKIP"):
        config.pluginmanager.register(Strict(), "dockguard-no-skip")


class Strict:
    """Turns skips into failures, of tests and of whole modules."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, Any, Any]:
        report = yield
        return judged(report)

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self) -> Generator[None, Any, Any]:
        report = yield
        return judged(report)


def judged(report: Any) -> Any:
    """The report, as a failure if it was skipped for a reason that is not allowed."""
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        unset = any(name in reason and not os.environ.get(name) for name in OPTIONAL)
        if not unset and not any(known in reason for known in TOO_NEW):
            report.outcome = "failed"
            report.longrepr = f"nothing may be skipped in this run (DOCKGUARD_NO_SKIP): {reason}"
    return report
