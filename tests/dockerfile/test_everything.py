"""Whatever a Dockerfile says, every question that a rule may ask has an answer with a place in the file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from dockguard.formats.dockerfile import FORMAT
from dockguard.formats.dockerfile.forms import Form, StageForm
from dockguard.formats.dockerfile.image import Image
from dockguard.formats.dockerfile.places import Places
from dockguard.language.typecheck import members
from dockguard.source import Fact, Many
from tests.dockerfile.helpers import images

WORDS = (
    'a b.sh /app /etc/passwd . ./ / ../x C:\\x $A ${B:-c} "q r" \'q\' [ ] ["a","b"] [\'a\'] && || | ; & \\\n <<EOF '
    "<<-'E' "
    "--from=a --from=0 --from=nginx:1 --chown=app --chmod=777 --mount=type=bind,from=a --mount=type=secret,id=x "
    "--network=host --platform=$TARGETPLATFORM --checksum=sha256:a A=b B=$A apt-get update install -y curl=1 pip2 "
    "yum module dnf apk add --no-cache npm git+https://x/y.git@z clone https://x/a.tar.gz http://y/z -o x chmod +x "
    "useradd -u 0 root 1000:1000 wget -qO- sh -c sha256sum -c md5sum tar xf $(mktemp) > >> /dev/null 80 22/tcp 1-2/udp "
    "SIGKILL SIGTERM NONE CMD --interval=5s AS builder scratch latest ghcr.io/x/y:1@sha256:z # syntax=a/b:1 hadolint "
    "ignore=DL3003 http_proxy=x docker.sock /var/run/docker.sock nobody sudo set -e pipefail EOF E ONBUILD"
).split(" ")
NAMES = (
    "FROM RUN CMD ENTRYPOINT COPY ADD ENV ARG LABEL USER WORKDIR VOLUME EXPOSE HEALTHCHECK SHELL STOPSIGNAL ONBUILD "
    "MAINTAINER # from run NOPE"
).split()
LINES = st.builds(
    lambda name, words: " ".join([name, *words]),
    st.sampled_from(NAMES),
    st.lists(st.sampled_from(WORDS), max_size=9),
)
FILES = st.builds(
    lambda first, lines: "\n".join([first, *lines]),
    st.sampled_from(["FROM debian:12 AS a", "FROM scratch", "ARG A=x\nFROM $A", "RUN a", "# escape=`\nFROM node:22"]),
    st.lists(LINES, max_size=12),
)
EXAMPLES = int(os.environ.get("DOCKGUARD_LONG", "120"))


def nodes(found: Image) -> Iterator[Any]:
    for kind in FORMAT.kinds.values():
        for node in kind.nodes(found):
            assert kind.key is None or all(isinstance(word, str) for word in kind.key(node))
            yield node


def ask(owner: Any, text: str) -> int:
    """Asks for every declared member, and of the records among them for theirs; gives how many were asked for."""
    count = 0
    for name in members(type(owner)):
        answer = getattr(owner, name)
        count += 1
        parts = answer.items if isinstance(answer, Many) else answer if isinstance(answer, tuple) else (answer,)
        for part in parts[:20]:
            if isinstance(part, Fact):
                assert part.span.source.text[part.span.start : part.span.end] == part.span.text
                assert part.span.outer.source.text == text
            elif isinstance(part, Form | StageForm | Places):
                count += ask(part, text)
    return count


@settings(max_examples=EXAMPLES)
@example("FROM x\nCOPY <<E <<E a")
@given(FILES)
def test_every_question_has_an_answer(text: str) -> None:
    for found in images(text):
        for node in nodes(found):
            assert isinstance(node.subject, str)
            assert 0 <= node.span.start <= node.span.end <= len(node.span.source.text)
            assert ask(node, text)
