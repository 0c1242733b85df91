"""Which files are Dockerfiles: by name, and by text."""

from __future__ import annotations

import re

from dockguard.lazy import regex

_NAME = regex(r"([^/]+\.)?([Dd]ocker|[Cc]ontainer)file([.\-_][^/]+)?", re.DOTALL)
_OTHER = frozenset(
    "go md rst rs py js ts hs java json toml svg png snap sh txt html css map dockerignore".split()
)  # suffixes
_TEMPLATE = frozenset(
    "j2 jinja jinja2 erb ejs hbs mustache liquid gotmpl tmpl tpl template in m4".split()
)  # it becomes one
_FROM = regex(r"FROM[ \t]+(--platform=\S+[ \t]+)?[\w$./:@{}-]+([ \t]+AS[ \t]+[\w.-]+)?[ \t]*", re.I)
_ARG = regex(r"ARG[ \t]+[A-Za-z_]\w*(=\S*)?[ \t]*", re.I)
_PLAIN = frozenset(("dockerfile", "containerfile"))
_INSTRUCTION = regex(
    r"^[ \t]*(?:ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|FROM|HEALTHCHECK|LABEL|ONBUILD|RUN|SHELL|STOPSIGNAL|USER|VOLUME"
    r"|WORKDIR)(?:[ \t\\`]|$)",
    re.I | re.M,
)
_MAX_HEAD = 200  # lines before the first FROM that are looked at


def matches(path: str) -> bool:
    """Dockerfile, Dockerfile.prod, web.dockerfile, Containerfile, and their kin."""
    name = path.rpartition("/")[2]
    suffix = name.rpartition(".")[2].lower()
    return _NAME.fullmatch(name) is not None and suffix not in _OTHER and suffix not in _TEMPLATE


def sniff(text: str) -> bool:
    """Whether the first instruction is FROM, ARGs before it allowed."""
    for line in text.split("\n", _MAX_HEAD)[:_MAX_HEAD]:
        line = line.strip()
        if not line or line.startswith("#") or _ARG.fullmatch(line):
            continue
        return _FROM.fullmatch(line) is not None
    return False


def foreign(path: str, text: str) -> bool:
    """Whether a file with more to its name than `Dockerfile` has no instruction: `Dockerfile.nanorc`."""
    name = path.rpartition("/")[2].lower()
    return name not in _PLAIN and bool(text.strip()) and _INSTRUCTION.search(text) is None


def is_context(path: str) -> bool:
    """`.dockerignore` and `<Dockerfile>.dockerignore`: read, never judged."""
    return path.rpartition("/")[2].endswith(".dockerignore")
