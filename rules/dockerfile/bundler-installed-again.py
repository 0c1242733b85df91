"""Bundler without a version, on an image that has it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dockguard.api import Finding


def check(package: Any) -> Iterator[Finding]:
    """By the name of the base image of its stage."""
    if package.name != "bundler" or package.manager != "gem" or package.has_version:
        return
    stage = package.command.step.stage
    base = (stage.base.known or "") if stage is not None else ""
    if base.removeprefix("docker.io/").removeprefix("library/").partition(":")[0].partition("@")[0] == "ruby":
        yield Finding(package.span, "the base image has Bundler")
