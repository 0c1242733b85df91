"""Where instructions reach: paths, origins of copies, clones, who owns what, and what checks are worth."""

from __future__ import annotations

import pytest

from dockguard.formats.dockerfile.commands.runs import RunCommand
from dockguard.formats.dockerfile.model import Step
from dockguard.formats.dockerfile.origins import origins
from dockguard.formats.dockerfile.text.remarks import remarks
from tests.dockerfile.helpers import image, request


def steps(text: str, *names: str) -> list[Step]:
    return [step for stage in image(text).stages for step in stage.own if not names or step.name in names]


def commands(text: str, *names: str) -> list[RunCommand]:
    found = [command for step in steps(text, "RUN") for command in step.commands]
    return [command for command in found if not names or command.name in names]


@pytest.mark.parametrize(
    ("lines", "relative", "stacked"),
    [
        ("WORKDIR app", ["app"], [None]),
        ("WORKDIR /a\nWORKDIR b\nWORKDIR ../c", [None, None, None], [None, "b", "../c"]),
        ('WORKDIR "app"', ["app"], [None]),
        ("WORKDIR C:\\app", [None], [None]),
        ("WORKDIR \\app", [None], [None]),
        ("ARG D\nWORKDIR $D/a", [None], [None]),
        ("ENV D=x\nWORKDIR $D", ["x"], [None]),
    ],
)
def test_relative_working_directories(lines: str, relative: list[str | None], stacked: list[str | None]) -> None:
    places = [step.places for step in steps(f"FROM x\n{lines}", "WORKDIR")]
    assert [place.relative_workdir.known for place in places] == relative
    assert [place.stacked_workdir.known for place in places] == stacked


@pytest.mark.parametrize(
    ("line", "target", "file"),
    [
        ("COPY a b", "b", None),
        ("COPY a .", ".", None),
        ("COPY a /b", None, None),
        ("COPY a b c", "c", "c"),
        ("COPY a b ./c/", "./c/", None),
        ('COPY ["a", "b", "/c"]', None, "/c"),
        ("COPY a b $C", None, None),
        ("ADD a C:/b", None, None),
    ],
)
def test_targets(line: str, target: str | None, file: str | None) -> None:
    (step,) = steps(f"FROM x\n{line}", "COPY", "ADD")
    assert step.places.relative_target.known == target
    assert step.places.many_to_file.known == file


@pytest.mark.parametrize(
    ("line", "outside"),
    [
        ("COPY ../a /b", "../a"),
        ("COPY a/../../b /b", "a/../../b"),
        ("COPY a/../b /b", None),
        ("COPY --from=x ../a /b", None),
        ("ADD https://x/../a /b", None),
        ("ADD git@x:../a /b", None),
        ("COPY /../a /b", "/../a"),
        ("COPY ..a /b", None),
    ],
)
def test_sources_above_the_context(line: str, outside: str | None) -> None:
    assert steps(f"FROM x\n{line}", "COPY", "ADD")[0].places.outside.known == outside


def test_system_folders_and_sockets() -> None:
    found = steps("FROM x\nWORKDIR /proc/self/fd/7\nWORKDIR /process\nWORKDIR /sys/", "WORKDIR")
    assert [step.places.system_workdir.known for step in found] == ["/proc/self/fd/7", None, "/sys"]
    found = steps('FROM x\nVOLUME /data /etc/\nVOLUME ["/dev/shm"]\nVOLUME /etc/app', "VOLUME")
    assert [step.places.system_volume.known for step in found] == ["/etc", "/dev/shm", None]
    text = "FROM x\nVOLUME //var/run/docker.sock\nENV DOCKER_HOST=tcp://d:2375\nENV DOCKER_HOST=unix:///x"
    text += "\nRUN --mount=type=bind,target=/run/containerd/containerd.sock true"
    assert [bool(step.places.socket.known) for step in steps(text)] == [True, True, False, True]


def test_writes_below_a_volume() -> None:
    text = "FROM x AS a\nVOLUME /d/\nRUN echo > /d/a\nRUN echo > /data\nCOPY b /d\nFROM a\nCOPY c /d/c"
    assert [step.places.hidden_write.known for step in steps(text, "RUN", "COPY")] == ["/d", None, "/d", "/d"]


@pytest.mark.parametrize(
    ("name", "own", "fault", "undeclared"),
    [
        ("b", True, False, False),
        ("1", True, False, False),
        ("a", False, False, False),
        ("0", False, False, False),
        ("7", False, True, False),
        ("later", False, True, False),
        ("latter", False, True, False),
        ("assets", False, False, True),
        ("busybox", False, False, False),
        ("quay.io/x/assets", False, False, False),
        ("assets:1", False, False, False),
        ("$UNSET", None, None, None),
    ],
)
def test_origins(name: str, own: bool | None, fault: bool | None, undeclared: bool | None) -> None:
    text = f"FROM x AS a\nFROM x AS B\nCOPY --from={name} /f /f\nFROM x AS later"
    found = [(one.is_own_stage, bool(one.fault), one.is_undeclared) for one in origins(image(text))]
    assert found == ([] if own is None else [(own, fault, undeclared)])
    asked = image(text, request())
    assert [one.is_undeclared for one in origins(asked)] == [False] * len(found)  # Compose may give the context


def test_mounts_have_origins_too() -> None:
    text = (
        "FROM x AS a\nFROM x\nRUN --mount=from=a,target=/m --mount=type=cache,target=/c --mount=from=c,target=/n true"
    )
    assert [(one.name, one.earlier is not None) for one in origins(image(text))] == [("a", True), ("c", False)]


@pytest.mark.parametrize(
    ("comment", "tool"),
    [
        ("# hadolint ignore=DL3003", "hadolint"),
        ("#hadolint global ignore=DL3003", "hadolint"),
        ("# hadolint shell=powershell", ""),
        ("#checkov:skip=CKV_DOCKER_1: why", "checkov"),
        ("# trivy:ignore:DS-0002", "trivy"),
        ("# kics-scan ignore-line", "KICS"),
        ("# nosemgrep: x", "semgrep"),
        ("# tally ignore=all", "tally"),
        ("# shellcheck disable=SC2046", "ShellCheck"),
        ("# we do not ignore hadolint", ""),
        ("# dockguard: ignore[run-sudo] -- x", ""),
    ],
)
def test_comments_that_silence(comment: str, tool: str) -> None:
    assert [remark.silences for remark in remarks(image(f"FROM x\n{comment}\nRUN a"))] == [tool]


@pytest.mark.parametrize(
    ("head", "found"),
    [
        ("# a\n# syntax=docker/dockerfile:1\n", ["", "syntax"]),
        ("\n# escape=`\n", ["escape"]),
        ("# syntaks=docker/dockerfile:1\n", ["syntax"]),
        ("# chek=skip=all\n", ["check"]),
        ("# syntax=docker/dockerfile:1\n# check=skip=all\n", []),
        ("# a\n# check = that it is right\n", ["", ""]),
        ("# context=./app\n", [""]),
        ("#!/bin/x\n# syntax=docker/dockerfile:1\n", ["", ""]),
    ],
)
def test_directives_that_are_comments(head: str, found: list[str]) -> None:
    assert [remark.directive for remark in remarks(image(f"{head}FROM x\n# syntax=a/b"))] == [*found, ""]


@pytest.mark.parametrize(
    ("script", "ref"),
    [
        ("git clone https://h/a.git", "its default branch"),
        ("git clone -b main https://h/a.git", "main"),
        ("git clone --branch v1.2 https://h/a.git", ""),
        ("git clone --branch=$B https://h/a.git", ""),
        ("git clone https://h/a.git && cd a && git checkout 0123abc", ""),
        ("git clone https://h/a.git && git -C a reset --hard origin/master", "origin/master"),
        ("git clone --revision=0123 https://h/a.git", ""),
    ],
)
def test_clones(script: str, ref: str) -> None:
    assert [one.moving_ref for one in image(f"FROM x\nRUN {script}").downloads] == [ref]


@pytest.mark.parametrize(
    ("script", "ignored", "weak"),
    [
        ("sha256sum -c a && b", False, ""),
        ("sha256sum -c a; b", True, ""),
        ("sha256sum a; b", False, ""),
        ("md5sum -c a", False, "md5sum"),
        ("md5sum -c a || true", True, "md5sum"),
        ("md5sum -c a && sha512sum --check b", False, ""),
        ("shasum -c a", False, "shasum"),
        ("shasum -a 512 -c a", False, ""),
        ("gpg --verify a | tee b", True, ""),
        ("gpg --verify a | grep -q GOOD", False, ""),
        ("if gpgv a; then b; fi", False, ""),
        ("cosign verify-blob a & wait", True, ""),
        ("cosign sign a; b", False, ""),
        ("openssl dgst -sha256 -verify k a; b", True, ""),
        ('test "$(openssl md5 a)" = b', False, "openssl md5"),
        ("openssl md5 a", False, ""),
        ("set -e; sha256sum -c a; b", False, ""),
    ],
)
def test_checks(script: str, ignored: bool, weak: str) -> None:
    found = commands(f"FROM x\nRUN {script}")
    assert any(command.ignored_check.known for command in found) is ignored
    assert next((command.weak_check for command in found if command.weak_check), "") == weak


@pytest.mark.parametrize(
    ("lines", "owner"),
    [
        ("COPY --chown=app . /app\nWORKDIR /app\nUSER app\nCMD python main.py", "app"),
        ('COPY --chown=1000 . /app\nWORKDIR /app\nUSER app\nCMD ["./run"]', "app"),
        ('COPY --chown=app . /app\nUSER 1000:1000\nENTRYPOINT ["/app/run"]', "1000"),
        ('COPY --chown=app . /app\nUSER other\nENTRYPOINT ["/app/run"]', None),
        ('COPY --chown=app . /data\nUSER app\nENTRYPOINT ["/app/run"]', None),
        ('COPY --chown=app . /app\nENTRYPOINT ["/app/run"]', None),
        ('COPY . /app\nUSER app\nENTRYPOINT ["/app/run"]', None),
    ],
)
def test_code_of_the_one_who_runs_it(lines: str, owner: str | None) -> None:
    assert image(f"FROM debian:12\nRUN useradd -u 1000 app\n{lines}").own_code.known == owner


@pytest.mark.parametrize(
    ("flags", "user", "unreadable"),
    [
        ("--chmod=600", "app", True),
        ("--chmod=0700", "10001", True),
        ("--chmod=640", "app", False),  # a user without a group of its own is in root's
        ("--chmod=644", "app", False),
        ("--chmod=600 --chown=app", "app", False),
        ("--chmod=600", "root", False),
        ("--chmod=u=r", "app", False),
        ("", "app", False),
    ],
)
def test_files_that_the_user_cannot_read(flags: str, user: str, unreadable: bool) -> None:
    (copy,) = image(f"FROM debian:12\nCOPY {flags} a /a\nUSER {user}").files
    assert bool(copy.unreadable.known) is unreadable


def test_changes_that_only_root_may_make() -> None:
    text = "FROM x\nCOPY a.sh /a.sh\nRUN chmod +x /a.sh\nUSER app\nRUN chmod +x /a.sh\nRUN sudo chmod +x /a.sh"
    text += "\nRUN chmod +x /b.sh\nCOPY --chown=app c.sh /c.sh\nRUN chmod +x /c.sh"
    text += "\nWORKDIR /d\nCOPY d.sh .\nRUN chown app d.sh"
    assert [step.places.refused_change.known for step in steps(text, "RUN")] == [
        None, "/a.sh", None, None, None, "d.sh",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "host"),
    [
        ("sysctl -w a=1", True),
        ("sysctl a", False),
        ("setenforce 0", True),
        ("iptables -F", True),
        ("iptables --version", False),
        ("mount -t tmpfs none /x", True),
        ("mount", False),
        ("echo setenforce 0", False),
    ],
)
def test_commands_for_the_host(line: str, host: bool) -> None:
    assert any(command.is_host_level for command in commands(f"FROM x\nRUN {line}")) is host
    assert not any(command.is_host_level for command in commands(f"FROM x\nRUN --security=insecure {line}"))


def test_archives_that_a_later_instruction_unpacks() -> None:
    text = "FROM x\nCOPY a.tar.gz b.tgz /t/\nCOPY c.txz /d.txz"
    text += "\nRUN tar xzf /t/a.tar.gz && tar tf /t/b.tgz\nRUN tar -x -f d.txz"
    assert [copy.unpacked_later for copy in image(text).files] == [True, False, True]
    assert [copy.unpacked_later for copy in image("FROM x\nRUN tar xf a.tar\nCOPY a.tar /").files] == [False]


def test_whole_file_systems() -> None:
    text = "FROM x AS a\nRUN b\nFROM acme/xx:1 AS xx\nFROM debian:12"
    text += "\nCOPY --from=a / /\nCOPY --from=xx / /\nCOPY --from=a /x /"
    assert [copy.is_rootfs for copy in image(text).files] == [True, False, False]
    assert [copy.is_rootfs for copy in image("FROM x AS a\nRUN b\nFROM scratch\nCOPY --from=a / /").files] == [False]


@pytest.mark.parametrize(
    ("lines", "runner"),
    [
        ("FROM node:22\nCMD npm start", "npm"),
        ('FROM node:22\nCMD ["yarn", "start"]', "yarn"),
        ("FROM node:22\nCMD exec pnpm start", "pnpm"),
        ('FROM node:22\nENTRYPOINT ["tini", "--"]\nCMD ["npm", "start"]', None),
        ('FROM acme/base:1\nCMD ["npm", "start"]', None),
        ('FROM acme/base:1\nENTRYPOINT ["/usr/bin/npm"]\nCMD ["start"]', "npm"),
        ('FROM node:22\nCMD ["node", "npm.js"]', None),
    ],
)
def test_script_runners_as_the_first_process(lines: str, runner: str | None) -> None:
    assert image(lines).first_runner.known == runner


@pytest.mark.parametrize(
    ("words", "talks"),
    [
        ("u", True),
        ("-O f u", True),
        ("-q u", False),
        ("-qO- u", False),
        ("-nv u", False),
        ("--quiet u", False),
        ("--progress=dot:giga u", False),
        ("-o log u", False),
        ("-a log u", False),
        ("-P quiet u", True),
        ("--tries=3 u", True),
    ],
)
def test_progress_of_wget(words: str, talks: bool) -> None:
    assert [command.talks for command in commands(f"FROM x\nRUN wget {words}")] == [talks]
