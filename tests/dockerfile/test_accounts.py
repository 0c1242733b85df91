"""Users as useradd, usermod and adduser make them, with options in clusters as people write them."""

from __future__ import annotations

import pytest

from dockguard.run import check
from dockguard.settings import Ask


def said(command: str) -> set[str]:
    text = f"FROM debian:12\nRUN {command}\n"
    select = ("dockerfile/uid0-alias-user", "dockerfile/privileged-group-member")
    run = check(Ask(paths=("-",), stdin=text, stdin_filename="Dockerfile", isolated=True, select=select))
    return {report.rule.id.rpartition("/")[2] for report in run.reports}


@pytest.mark.parametrize(
    ("command", "rule"),
    [
        ("useradd -ou 0 toor", "uid0-alias-user"),
        ("useradd -mou0 toor", "uid0-alias-user"),
        ("useradd --non-unique --uid=0 toor", "uid0-alias-user"),
        ("usermod -ou 0 app", "uid0-alias-user"),
        ("useradd -rG sudo,users app", "privileged-group-member"),
        ("usermod -aGdocker app", "privileged-group-member"),
        ("useradd -mU -g disk -s /bin/sh app", "privileged-group-member"),
        ("adduser -SDG wheel app", "privileged-group-member"),
        ("useradd -mu 1000 -c sudo app", ""),
        ("useradd -d /root -s /bin/false -u 999 app", ""),
        ("usermod -L app", ""),
    ],
)
def test_options_in_clusters(command: str, rule: str) -> None:
    assert said(command) == ({rule} if rule else set())
