"""Package indexes and repositories that a build asks over http: by options, variables, and files that it writes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.formats.dockerfile.text.tree import COPIES
from dockguard.lazy import regex
from dockguard.record import dataclass
from dockguard.source import Span

if TYPE_CHECKING:
    from dockguard.common.shell import Word
    from dockguard.formats.dockerfile.commands.runs import RunCommand
    from dockguard.formats.dockerfile.image import Image
    from dockguard.formats.dockerfile.model import Step

_VARIABLES = frozenset(
    "PIP_INDEX_URL PIP_EXTRA_INDEX_URL PIP_FIND_LINKS UV_INDEX_URL UV_DEFAULT_INDEX UV_EXTRA_INDEX_URL UV_INDEX "
    "NPM_CONFIG_REGISTRY npm_config_registry YARN_REGISTRY YARN_NPM_REGISTRY_SERVER GOPROXY BUNDLE_MIRROR "
    "CARGO_REGISTRIES_CRATES_IO_PROTOCOL".split()
)  # fmt: skip
_HTTP = regex(r"(?i)http://(?:[^/@\s]*@)?(\[[^\]]*\]|[^/:?#\s\"'<>|]+)\S*")
# Files by path: how a line names a repository, and whether the packages of such a repository are signed.
_FILES = (
    (r"/etc/apk/repositories(?:\.d/.{0,200})?", r"^[ \t]*(?:@\S+[ \t]+)?(?=http://)", True),
    (r"/etc/apt/sources\.list(?:\.d/.{0,200})?", r"^[ \t]*deb(?:-src)?[ \t]+(?:\[[^\]\n]*\][ \t]+)?(?=http://)", True),
    (r"/etc/apt/sources\.list\.d/.{0,200}", r"^[ \t]*URIs:[ \t]*(?=http://)", True),
    (
        r"/etc/(?:yum\.repos\.d|dnf|zypp/repos\.d)/.{0,200}|/etc/yum\.conf",
        r"^[ \t]*(?:baseurl|mirrorlist|metalink)[ \t]*=[ \t]*(?=http://)",
        False,
    ),
    (
        r".{0,200}pip\.conf|.{0,200}/uv\.toml",
        r"^[ \t]*(?:index-url|extra-index-url|find-links|index)[ \t]*=[ \t]*\"?(?=http://)",
        False,
    ),
    (r".{0,200}\.npmrc|.{0,200}/npmrc", r"^[ \t]*(?:@[\w-]+:)?registry[ \t]*=[ \t]*\"?(?=http://)", False),
    (
        r".{0,200}\.yarnrc(?:\.yml)?",
        r"^[ \t]*(?:registry|npmRegistryServer:)[ \t]+[\"']?(?=http://)",
        False,
    ),
    (r".{0,200}\.?gemrc", r"^[ \t]*-[ \t]+[\"']?(?=http://)", False),
    (r".{0,200}/settings\.xml", r"<url>\s{0,20}(?=http://)", False),
    (
        r".{0,200}\.cargo/config(?:\.toml)?",
        r"^[ \t]*(?:registry|index)[ \t]*=[ \t]*[\"'](?:sparse\+)?(?=http://)",
        False,
    ),
)
_TRUSTED = regex(r"(?m)^[ \t]*deb(?:-src)?[ \t]+\[[^\]\n]*trusted=yes|^Trusted:[ \t]*yes")
_SIGNED = frozenset({"apt", "apk"})  # families whose packages are verified whatever the way to them is
# Distributions whose packages are signed; those of Debian and Ubuntu are asked over http by their own images.
_DISTRIBUTIONS = regex(
    r"(?i)(?:[\w.-]+\.)?(?:alpinelinux|centos|fedoraproject|rockylinux|almalinux|opensuse|kernel|kali|raspbian)\.org"
)
_OWN_DEFAULT = regex(r"(?i)(?:[\w.-]+\.)?(?:debian\.org|ubuntu\.com|debian\.net|canonical\.com)")
_SUBSTITUTION = regex(r"\bs(?P<by>[^\w\s])(?:(?!(?P=by)).){0,400}(?P=by)(?P<new>(?:(?!(?P=by)).){0,400})(?P=by)")


_PROXY = regex(r"(?i)(?<!go)proxy")  # GOPROXY is an index
_DOWNGRADE = regex(r"\bs([^\w\s])\^?https(?::(?:\\?/){0,2})?\1http(?::(?:\\?/){0,2})?\1")
_ADDERS = {  # programs that add an index, and the words that say so
    "poetry": (("source", "add"),), "dotnet": (("nuget", "add", "source"),), "helm": (("repo", "add"),),
    "nuget": (("sources", "add"), ("sources", "Add")), "choco": (("source", "add"),),
    "conan": (("remote", "add"),), "flatpak": (("remote-add",),),
}  # fmt: skip


@dataclass(eq=False)
class ClearIndex:
    """An index or repository over http."""

    address: str
    is_signed: bool  # its packages carry signatures that are verified
    step: Step
    span: Span

    @property
    def subject(self) -> str:
        """Its address: `stage final / RUN http://…`."""
        return f"{self.step.subject} {self.address}"


def clear_indexes(image: Image) -> Iterator[ClearIndex]:
    """Every one of the file, in its order; one for each command or variable."""
    for step in image.instructions:
        if step.name in ("ENV", "ARG"):
            for variable in step.variables:
                address = _clear(variable.value.known or "") if variable.name in _VARIABLES else None
                if address:
                    yield ClearIndex(address, False, step, variable.span)
        elif step.name == "RUN":
            for command in step.commands:
                found = next(_of_command(command), None)
                if found:
                    yield ClearIndex(*found, step, command.span)
        elif step.name in COPIES and step.node.heredocs:
            yield from _copied(step)


def _copied(step: Step) -> Iterator[ClearIndex]:
    for copy in step.copies:
        if copy.content is not None and copy.target.known:
            for address, signed in _in_file(copy.target.known, copy.content.text):
                yield ClearIndex(address, signed, step, copy.span)
                break


def _of_command(command: RunCommand) -> Iterator[tuple[str, bool]]:
    """Addresses, with whether their packages are signed."""
    for word, family in _words(command):
        address = _clear(_text(word, command))
        if address and not (family == "apt" and _OWN_DEFAULT.fullmatch(_host(address))):
            yield address, family in _SIGNED or _is_distribution(address)
    for made in command.command.sets:
        address = _clear(_text(made.word, command)) if made.name in _VARIABLES else None
        if address:
            yield address, False
    for written in command.writes:
        text = written.text
        if command.name == "sed":
            yield from _replaced(written.path, text)
        else:
            yield from _in_file(written.path, text)


def _words(command: RunCommand) -> Iterator[tuple[Word, str]]:
    """The words that may be an index, with the family of the package manager that they are given to."""
    plain = tuple(word for word in command.words if not word.startswith("-"))
    if any(plain[: len(first)] == first for first in _ADDERS.get(command.name, ())):
        yield from ((word, "") for word in command.command.args)
    call = command.call
    if call is None:
        return
    for meaning in ("index", "extra-index", "registry", "find-links"):
        for word in call.values(meaning):
            yield word, call.family
    if call.action in ("config", "add-repo") or call.family == "gem":
        before = ""
        for word in command.command.args:
            if not _PROXY.search(f"{before} {word.text.partition('http://')[0]}"):
                yield word, "apt" if call.manager == "add-apt-repository" else call.family
            before = word.text


def _text(word: Word, command: RunCommand) -> str:
    from dockguard.formats.dockerfile.commands.resolved import text_of

    return text_of(word, command)


def _in_file(path: str, text: str) -> Iterator[tuple[str, bool]]:
    """The repositories over http that a file of a package manager lists."""
    if "http://" not in text:
        return
    for paths, line, signed in _FILES:
        if not re.fullmatch(paths, path):
            continue
        for found in re.finditer(line, text, re.M):
            address = _clear(text[found.end() : found.end() + 500])
            if address and not (signed and _OWN_DEFAULT.fullmatch(_host(address)) and not _TRUSTED.search(text)):
                yield address, (signed or _is_distribution(address)) and not _TRUSTED.search(text)


def _replaced(path: str, script: str) -> Iterator[tuple[str, bool]]:
    """`sed -i 's|https://a|http://b|' /etc/apk/repositories`."""
    signed = next((signed for paths, _, signed in _FILES if re.fullmatch(paths, path)), None)
    if signed is None:
        return
    if _DOWNGRADE.search(script):
        yield "http://…", signed
    for found in _SUBSTITUTION.finditer(script):
        address = _clear(found["new"].replace("\\", ""))
        if address and not (signed and _OWN_DEFAULT.fullmatch(_host(address))):
            yield address, signed or _is_distribution(address)


def _host(address: str) -> str:
    found = _HTTP.match(address)
    return found[1] if found else ""


def _is_distribution(address: str) -> bool:
    return _DISTRIBUTIONS.fullmatch(_host(address)) is not None


def _clear(text: str) -> str | None:
    """The first http address of another machine in a text."""
    from dockguard.common.hosts import is_loopback

    for found in _HTTP.finditer(text):
        if "$" not in found[1] and is_loopback(found[1].strip("[]")) is not True:
            return found[0].rstrip("\"'`,;)>")
    return None
