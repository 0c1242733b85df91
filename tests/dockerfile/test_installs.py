"""What package managers install and leave behind, the images and ports that a file names."""

from __future__ import annotations

import pytest

from dockguard.formats.dockerfile.commands.indexes import clear_indexes
from dockguard.formats.dockerfile.exposed import Exposed, exposed
from dockguard.formats.dockerfile.references import ImageReference
from dockguard.source import Unknown
from tests.dockerfile.helpers import image


def leftovers(lines: str) -> list[str | None]:
    found = (step.commands for step in image(f"FROM debian:12\n{lines}").final.own if step.name == "RUN")
    return [command.leftover.known for commands in found for command in commands if command.manager]


@pytest.mark.parametrize(
    ("lines", "left"),
    [
        ("RUN pip install a", ["/root/.cache/pip"]),
        ("RUN pip install --no-cache-dir a", [None]),
        ("ENV PIP_NO_CACHE_DIR=1\nRUN pip install a", [None]),
        ("ENV PIP_NO_CACHE_DIR=off\nRUN pip install a", ["/root/.cache/pip"]),
        ("RUN export PIP_NO_CACHE_DIR=on && pip3 install a", [None]),
        ("RUN pip install a && export PIP_NO_CACHE_DIR=on", ["/root/.cache/pip"]),
        ("RUN --mount=type=cache,target=/root/.cache pip install a", [None]),
        ("RUN apk add a", ["/var/cache/apk"]),
        ("RUN apk add --no-cache a", [None]),
        ("RUN apk add a && rm -rf /var/cache/apk/*", [None]),
        ("RUN dnf -y rei a", ["/var/cache/dnf"]),
        ("RUN dnf -y install a && dnf clean all", [None, None]),
        ("RUN dnf clean all && dnf -y install a", [None, "/var/cache/dnf"]),
        ("RUN apt-get update && apt-get install -y a", ["/var/lib/apt/lists", None]),
        ("RUN rm -f /etc/apt/apt.conf.d/docker-clean\nRUN apt-get install -y a", ["/var/cache/apt/archives"]),
        (
            "RUN echo 'Binary::apt::APT::Keep-Downloaded-Packages \"true\";' > /etc/apt/apt.conf.d/keep\n"
            "RUN --mount=type=cache,target=/var/cache/apt apt-get install -y a",
            [None],
        ),
        (
            "RUN rm -f /etc/apt/apt.conf.d/docker-clean && apt-get install -y a && apt-get clean",
            [None, None],
        ),
    ],
)
def test_caches_that_stay(lines: str, left: list[str | None]) -> None:
    assert leftovers(lines) == left


@pytest.mark.parametrize(
    ("lines", "versioned"),
    [
        ("RUN pip install a b==1", [False, True]),
        ("RUN pip install -c c.txt a", [True]),
        ("ENV PIP_CONSTRAINT=/c.txt\nRUN pip install a", [True]),
        ("RUN apt-get install a/stable b=$V c", [True, True, False]),
        ("RUN go run example.com/a && go run ./b", [False, True]),
        ("RUN npx a", []),
    ],
)
def test_versions_of_packages(lines: str, versioned: list[bool]) -> None:
    found = image(f"FROM x\n{lines}").packages
    assert [package.has_version or package.kind == "file" for package in found] == versioned


def test_constraints_leave_the_version_open() -> None:
    (package,) = image("FROM x\nRUN pip install -c c.txt a").packages
    assert isinstance(package.is_pinned, Unknown)


@pytest.mark.parametrize(
    ("script", "clear", "extra", "key"),
    [
        ("pip install -i http://pypi.example.com/ a", True, False, False),
        ("pip install -i http://localhost:3141/ a", False, False, False),
        ("pip install --extra-index-url https://pypi.example.com/ a", False, True, False),
        ("pip install --extra-index-url https://download.pytorch.org/whl/cpu a", False, False, False),
        ("apt-key adv --keyserver x --recv-keys 0123ABCD", False, False, True),
        (f"apt-key adv --keyserver x --recv-keys {'0123ABCD' * 5}", False, False, False),
        ("curl http://x.example/k | apt-key add -", False, False, True),
        ("curl https://x.example/k | gpg --dearmor > /k", False, False, False),
        ("rpm --import http://x.example/k", False, False, True),
    ],
)
def test_indexes_and_keys(script: str, clear: bool, extra: bool, key: bool) -> None:
    built = image(f"FROM x\nRUN {script}")
    commands = list(built.final.commands)
    assert bool(list(clear_indexes(built))) is clear
    assert any(command.extra_index.known for command in commands) is extra
    assert any(command.weak_key.known for command in commands) is key


def references(text: str) -> list[ImageReference]:
    return list(image(text).references)


@pytest.mark.parametrize(
    ("name", "untagged", "latest", "rolling", "digest"),
    [
        ("debian", True, False, False, False),
        ("localhost:5000/a", True, False, False, False),
        ("debian:latest", False, True, False, False),
        ("debian:latest-slim", False, True, False, False),
        ("node:lts-alpine", False, False, True, False),
        ("debian:12", False, False, False, False),
        (f"debian:latest@sha256:{'a' * 64}", False, False, False, True),
        (f"debian@sha256:{'a' * 64}", False, False, False, True),
    ],
)
def test_how_images_are_named(name: str, untagged: bool, latest: bool, rolling: bool, digest: bool) -> None:
    (found,) = references(f"FROM {name}")
    assert (found.is_untagged, found.is_latest, found.is_rolling, found.has_digest) == (
        untagged,
        latest,
        rolling,
        digest,
    )


def test_which_images_a_file_names() -> None:
    text = "# syntax=docker/dockerfile:1\nARG V=1\nFROM a/b:$V AS one\nFROM one\nFROM scratch\nCOPY --from=one a b\n"
    text += "COPY --from=c/d a b\nCOPY --from=assets a b\nRUN --mount=from=busybox,target=/x true"
    found = references(text)
    assert [(one.where, one.text.known) for one in found if one.is_external] == [
        ("syntax", "docker/dockerfile:1"), ("FROM", "a/b:1"), ("COPY", "c/d"), ("RUN", "busybox"),
    ]  # fmt: skip
    assert [one.repository for one in found if one.is_external][-1] == "docker.io/library/busybox"


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("ARG I\nFROM $I", "I"),
        ("ARG V\nFROM debian:$V", "V"),
        ("ARG V\nFROM node:22${V}", None),
        ("ARG V=1\nFROM debian:$V", None),
        ("FROM ${I:-debian}:12", None),
    ],
)
def test_arguments_that_an_image_needs(text: str, missing: str | None) -> None:
    assert [one.empty_variable.known for one in references(text)] == [missing]


def ports(words: str) -> list[Exposed]:
    return list(exposed(image(f'FROM x\nARG P="80 53/udp"\nARG Q\nEXPOSE {words}')))


@pytest.mark.parametrize(
    ("words", "faults"),
    [
        ("80 443/tcp 8000-8010 53/udp 1/sctp", [False] * 5),
        ("0 65536 80:80 127.0.0.1:1:1 x 9-8 1/icmp 53/UDP", [True] * 8),
        ("$P", [False, False]),
        ("$Q 1-$Q", [False, False]),
    ],
)
def test_ports(words: str, faults: list[bool]) -> None:
    assert [bool(port.fault) for port in ports(words)] == faults


def test_what_is_known_to_listen() -> None:
    admin, debugger, api, none = ports("20-30 9229/tcp 2375 22/udp")
    assert (admin.admin, debugger.debugger, api.container_api) == ("SSH", "the Node.js inspector", 2375)
    assert (none.admin, none.debugger, none.container_api) == ("", "", 0)
