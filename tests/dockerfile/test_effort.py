"""Twice as much of anything is at most twice the work, and no file is more work than a bounded one.

Work is counted in calls, which no busy machine changes; seconds only bound what is hopeless.
"""

from __future__ import annotations

import cProfile
import time
from collections.abc import Callable
from functools import cache

import pytest

from dockguard.formats.dockerfile.text.parse import MAX_INSTRUCTIONS, MAX_WEIGHT
from dockguard.formats.dockerfile.text.tree import MAX_STAGES
from dockguard.render import renderer
from dockguard.run import check_session
from dockguard.session import Session, begin
from dockguard.settings import Ask
from dockguard.workspace import Workspace

MIB = 1 << 20
INSTRUCTIONS = {
    "commands": "RUN curl -k https://x{0} | sh\n",
    "package lists": "RUN apt-get update && apt-get install -y a{0} b{0}=1\n",
    "language packages": "RUN pip install a{0} && npm install b{0} && gem install c{0}\n",
    "downloads": "RUN wget http://h.com/{0} -O /x{0} && chmod +x /x{0} && /x{0}\n",
    "clones": "RUN git clone https://h.com/x{0} && cd x{0} && git checkout main\n",
    "accounts": "RUN useradd u{0} && echo u{0}:secret{0} | chpasswd && usermod -aG sudo u{0}\n",
    "rights": "RUN chmod 777 /a{0} && chmod u+s /b{0} && setcap cap_sys_admin+ep /c{0}\n",
    "written secrets": "RUN echo $TOKEN{0} > /a{0} && echo password=hunter2x{0} >> /etc/x{0}\n",
    "sudoers": "RUN sudo id && echo 'u{0} ALL=(ALL) NOPASSWD:ALL' >> /etc/sudoers\n",
    "mounts": "RUN --mount=type=secret,id=a{0} --mount=type=bind,from=x{0} cat /run/secrets/a{0} > /x\n",
    "shells in shells": 'RUN sh -c \'bash -c "curl -k x{0} | sh"\' && eval "$(wget -qO- http://h.com/{0})"\n',
    "here-documents": "RUN <<E\nset -e\ncurl -k x{0} | sh\nE\nCOPY <<F /etc/x{0}\npassword=hunter2x{0}\nF\n",
    "variables": "ENV A{0}=b DB_PASSWORD{0}=hunter2x{0} PATH=/x:$PATH\n",
    "arguments": "ARG V{0}=1\nENV W{0}=$V{0}$U{0}\n",
    "labels": "LABEL a{0}=https://u:pass{0}word@h.com/\n",
    "copies": "COPY a{0} id_rsa /b{0}/\nRUN rm /b{0}/id_rsa\n",
    "copies from stages": "COPY --from=base /a{0} /b\nCOPY --from=nobody{0} /a /b\n",
    "remote files": "ADD http://h.com/x{0} https://github.com/a/b{0}.git /y/\n",
    "ports": "EXPOSE {0} 22 x{0}\n",
    "paths": "WORKDIR a{0}\nVOLUME /etc /x{0}\n",
    "starts": 'SHELL ["bash", "-c"]\nHEALTHCHECK CMD curl -k https://x{0}\nENTRYPOINT x{0}\nCMD [\'x{0}\']\n',
    "users": "USER u{0}\n",
    "triggers": "ONBUILD RUN sudo curl -k https://x{0} | sh\n",
    "mistakes": "RUNN x{0}\nCOPY a{0}\n",
    "saved errors": "RUN curl -Lo /x{0} https://h.com/{0}\n",
    "changed copies": "COPY a{0} /b/\nRUN chmod 700 /b/a{0}\n",
    "pieces": 'ENV A{0}="x y"\nRUN rm /a/$A{0}/b && unset A{0}\n',
    "tools": "RUN apk add -t v{0} nmap gcc && apk del x{0}\nEXPOSE 5432\n",
    "empty lines": "RUN a{0} \\\n\n  b\nlabel A=1 A={0}\n",
    "comments": "# dockguard: ignore[dockerfile/run-sudo] -- x{0}\nRUN sudo id\n# ghp_{0:036d}\n",
}
COMMANDS = {
    "separate": "curl -k x{0}; ",
    "piped": "curl http://h.com/{0} | sh; ",
    "installs": "apt-get install -y a{0}; ",
    "downloads": "curl -o /x{0} http://h.com/x{0}; sh /x{0}; ",
    "clones": "git clone https://h.com/x{0}; git checkout x{0}; ",
    "passwords": "echo u{0}:secret{0} | chpasswd; ",
    "substitutions": 'eval "$(curl http://h.com/{0})"; ',
    "compounds": "if a{0}; then for i in b; do (c || d); done; fi; ",
    "assignments": "A{0}=b; export DB_PASSWORD{0}=hunter2x{0}; ",
    "redirections": "echo $TOKEN{0} > /x{0} 2>&1; ",
}
WORDS = {
    "packages": ("RUN apt-get install -y ", "a{0} "),
    "addresses": ("RUN curl ", "http://h.com/{0} "),
    "variables": ("ENV ", "DB_PASSWORD{0}=hunter2x{0} "),
    "undeclared": ("WORKDIR /", "$A{0}"),
    "sources": ("COPY ", "a{0} "),
    "ports": ("EXPOSE ", "{0} "),
    "databases": ("EXPOSE ", "5432 "),
    "saved addresses": ("RUN curl -o x ", "-H a https://h.com/{0} "),
    "tools": ("RUN apk add ", "-t v{0} nmap "),
    "pieces": ("ARG A='x y'\nRUN rm ", "/{0}$A/b "),
    "alternatives": ("RUN true", " || a{0}"),
    "a pipe": ("RUN true", " | a{0}"),
}


@cache
def settings() -> Session:
    """All pages, read once, so that only the first run understands them."""
    return begin(Ask(paths=("Dockerfile",), profile="audit", isolated=True))


def session(text: str) -> Session:
    """One Dockerfile in memory."""
    known = settings()
    files = Workspace(None, texts={"Dockerfile": text})
    return Session(known.ask, files, ("Dockerfile",), "", known.book, known.config)


def calls_of(text: str) -> int:
    """Calls that a whole check takes, up to its findings."""
    profile = cProfile.Profile()
    profile.runcall(check_session, session(text))
    return sum(entry.callcount for entry in profile.getstats())


def is_linear(text: Callable[[int], str], step: int = 50, most: float = 1.15) -> bool:
    """Whether the work grows as the text does: what the second half of it needs is what the first half needed."""
    calls = [calls_of(text(count)) for count in (10, 10 + step, 10 + 2 * step)]
    return calls[2] - calls[1] < most * (calls[1] - calls[0]) + 500


def repeated(first: str, unit: str, last: str = "") -> Callable[[int], str]:
    return lambda count: first + "".join(map(unit.format, range(1, count + 1))) + last


@pytest.fixture(autouse=True, scope="module")
def _warm() -> None:
    """What is imported, compiled and read once is no work of a file."""
    calls_of("FROM debian:12\n" + "".join(unit.format(0) for unit in INSTRUCTIONS.values()))


@pytest.mark.parametrize("name", INSTRUCTIONS)
def test_instructions(name: str) -> None:
    assert is_linear(repeated("FROM debian:12 AS base\nFROM debian:12\n", INSTRUCTIONS[name]))


@pytest.mark.parametrize("name", COMMANDS)
def test_commands_of_one_run(name: str) -> None:
    assert is_linear(repeated("FROM debian:12\nRUN ", COMMANDS[name], "true\n"))


@pytest.mark.parametrize("name", WORDS)
def test_words_of_one_instruction(name: str) -> None:
    first, unit = WORDS[name]
    assert is_linear(repeated(f"FROM debian:12\n{first}", unit, " /x/\n" if name == "sources" else "\n"))


@pytest.mark.parametrize("above", ["debian:{0}", "s{1}"], ids=["side by side", "on each other"])
def test_stages(above: str) -> None:
    stage = f"FROM {above} AS s{{0}}\nENV A{{0}}=b\nRUN apt-get install a && useradd u{{0}}\nCOPY --from=s0 /a /b\n"

    def text(count: int) -> str:
        return "FROM debian AS s0\n" + "".join(stage.format(number, number - 1) for number in range(1, count))

    assert is_linear(text, 30, 2), "a stage is asked what those below it hold, too"


@pytest.mark.parametrize(
    ("first", "unit"),
    [
        ("", INSTRUCTIONS["commands"]),
        ("", INSTRUCTIONS["variables"]),
        ("", "RUN " + "a;" * 500 + "\n"),
        (f"ENV A={'a/' * 8000}\n", "COPY /$A ${{A}}/x\nWORKDIR a$A\n"),
        (f'ENV A="{" ".join(map(str, range(9000)))}"\n', "EXPOSE $A\nENV B=${{A##*1*2*3}}\n"),
    ],
    ids=["commands", "variables", "short commands", "a long path", "many ports"],
)
def test_a_mebibyte_is_bounded_and_said_to_be(first: str, unit: str) -> None:
    """Ten times what it takes on an ordinary machine (2 s) is not to be reached on any."""
    text = f"FROM debian:12\n{first}" + "".join(unit.format(number) for number in range(MIB // len(unit)))
    start = time.process_time()
    run = check_session(session(text[:MIB]))
    assert all(renderer(name)(run) for name in ("text", "concise"))
    assert time.process_time() - start < 20
    assert [problem.code for problem in run.problems] == ["dockerfile-syntax"]
    assert "is not looked at" in run.problems[0].help


def test_the_bounds() -> None:
    """What the times above were measured with; a mebibyte takes longer with others."""
    assert (MAX_INSTRUCTIONS, MAX_STAGES, MAX_WEIGHT) == (5000, 500, 30_000)
