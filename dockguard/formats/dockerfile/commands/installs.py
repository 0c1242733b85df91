"""What package managers install, and how: names, versions, indexes, caches that stay behind."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from dockguard.formats.dockerfile.text.tree import place
from dockguard.lazy import regex
from dockguard.record import dataclass
from dockguard.source import Fact, Span, Unknown

if TYPE_CHECKING:
    from dockguard.common.package_names import Package
    from dockguard.common.packages import PackageCall
    from dockguard.formats.dockerfile.commands.runs import RunCommand
    from dockguard.formats.dockerfile.image import Image
    from dockguard.formats.dockerfile.model import Stage, Step

# Where public packages live that people add to PyPI on purpose.
_PUBLIC_INDEXES = regex(
    r"https://(?:download\.pytorch\.org|pypi\.nvidia\.com|pypi\.ngc\.nvidia\.com|pypi\.org|test\.pypi\.org|"
    r"[\w.-]*piwheels\.org|data\.pyg\.org|wheels\.vllm\.ai|download\.openmmlab\.com|[\w.-]*alpinelinux\.org)(?:[/:]|$)"
)
_REFRESHERS = frozenset({"yum", "dnf", "microdnf", "tdnf", "pacman"})  # whose `update` is an upgrade
_ARCHIVES = ("/var/cache/apt/archives",)
_INSTEAD = {"/var/cache/apk": "/etc/apk/cache"}  # the folder that apk uses instead, where it is there
_KEEPS = regex(r"Keep-Downloaded-Packages[\s=]*\"?(?:true|1)")
_EXTRA = regex(r"(?m)^[ \t]*extra-index-url[ \t]*=[ \t]*(https?://\S+)")
_OFF = frozenset({"", "0", "false", "off", "no", "n", "f"})
_HTTP = regex(r"(?i)http://(?:[^/@\s]*@)?(\[[^\]]*\]|[^/:?#\s]+)")
EXTRA_INDEXES = frozenset({"PIP_EXTRA_INDEX_URL", "UV_EXTRA_INDEX_URL"})


@dataclass(eq=False)
class Installed:
    """One argument of a package manager that installs it."""

    manager: str  # apt-get, apk, dnf, pip, npm, …
    language: str  # python, node, …; "" for the operating system's packages
    kind: str  # package, file, url, vcs, group, virtual, unknown
    name: str
    text: str  # as written
    has_version: bool  # whether it says anything about the version
    is_pinned: bool | Unknown  # whether it is one version for ever
    command: RunCommand
    span: Span
    image: Image | None = None  # that is built

    @property
    def is_installer(self) -> bool:
        """Whether it is pip, or what pip builds with, brought up to date: `pip install --upgrade pip`."""
        call = self.command.call
        own = self.name.lower() in ("pip", "setuptools", "wheel") and self.language == "python"
        return own and call is not None and call.has("upgrade")

    @property
    def subject(self) -> str:
        """Its address: `stage final / RUN pip flask`."""
        return f"{self.command.subject} {self.name}"

    @property
    def stays(self) -> bool:
        """Whether the built image keeps it: its stages install it, and surely none of their commands removes it."""
        from dockguard.formats.dockerfile.commands.kept import stays

        return stays(self)

    @property
    def is_for_developers(self) -> bool:
        """Whether the image is built for developers or tests, by the name of its stage or of its file."""
        return self.image is not None and self.image.is_for_developers


def installed(image: Image) -> Iterator[Installed]:
    """Every package of the file, in its order."""
    for step in image.instructions:
        if step.name != "RUN":
            continue
        for command in step.commands:
            call = command.call
            if call is None or not _brings(call):
                continue
            ruled = _is_constrained(call, step)
            for package in call.packages:
                one = _installed(call, package, command, place(package.span), ruled)
                one.image = image
                yield one


def _brings(call: PackageCall) -> bool:
    return call.action == "install" or (call.action == "exec" and call.family == "go")


def _is_constrained(call: PackageCall, step: Step) -> bool:
    """Whether a file of constraints decides the versions."""
    if call.family != "pip":
        return False
    fact = step.scope.get("PIP_CONSTRAINT", step.at)
    return any(call.values("constraints")) or (fact is not None and bool(fact.value))


def _installed(call: PackageCall, package: Package, command: RunCommand, span: Span, ruled: bool) -> Installed:
    name = package.name if isinstance(package.name, str) else package.word.text
    pinned = Unknown("a file of constraints decides") if ruled and package.pinned is False else package.pinned
    return Installed(
        call.manager, call.language, package.kind, name, package.word.text, ruled or package.versioned, pinned, command,
        span,
    )  # fmt: skip


def leftover(command: RunCommand) -> Fact[str]:
    """The cache that a command leaves in the layer; absent where something clears it, or a mount holds it."""
    call = command.call
    nothing: Fact[str] = Fact(None, command.span)
    if call is None:
        return nothing
    left = command.step.leftovers.get(id(call))
    if left and not _is_switched_off(command, call):
        return Fact(None if _is_mounted(command.step, left) else left[0], command.span)
    return Fact(_ARCHIVES[0], command.span) if _leaves_archives(command, call) else nothing


def leftovers(step: Step) -> dict[int, tuple[str, ...]]:
    """The folders of the caches that the commands of an instruction leave in its layer, by the id of the call."""
    from dockguard.common import packages

    known = {id(command.command): command.call for command in step.commands}
    found = packages.leftovers((one.command for one in step.commands), lambda command: known[id(command)])
    return {id(left.call): left.paths for left in found}


def _is_mounted(step: Step, paths: tuple[str, ...]) -> bool:
    paths += tuple(_INSTEAD[path] for path in paths if path in _INSTEAD)
    return any(_holds(mount.target.known, paths) for mount in step.mounts)


def _leaves_archives(command: RunCommand, call: PackageCall) -> bool:
    """Whether apt leaves the packages themselves: where nobody changes it, Docker's Debian images remove them."""
    step = command.step
    if call.family != "apt" or call.action != "install" or step.stage is None:
        return False
    if not any(stage.keeps_archives for stage in step.stage.chain) or _is_mounted(step, _ARCHIVES):
        return False
    return not step.cleans_archives


def keeps_archives(stage: Stage) -> bool:
    """Whether a stage undoes what makes apt remove the packages after it has installed them."""
    for command in stage.commands:
        removes = command.name == "rm" and any(word.endswith("/docker-clean") for word in command.words)
        if removes or any(_KEEPS.search(word) for word in command.words):
            return True
    return False


def unrefreshed(stage: Stage) -> dict[str, int]:
    """Family of package managers -> the last instruction that installs by an index which it does not fetch itself."""
    found: dict[str, int] = {}
    for step in stage.own:
        fresh: set[str] = set()
        for command in step.commands if step.name == "RUN" else ():
            call = command.call
            if call is not None and fetches_index(call):
                fresh.add(call.family)
            elif call is not None and call.action == "install" and call.family not in fresh:
                found[call.family] = step.at
    return found


def fetches_index(call: PackageCall) -> bool:
    """Whether a command fetches the index of its package manager, whatever else it does."""
    if call.language:
        return False
    whole = call.action == "upgrade" and not call.packages and call.manager in _REFRESHERS
    return (
        call.action == "update" or whole or call.has("update-first") or (call.family == "apk" and call.has("no-cache"))
    )


def _holds(target: str | None, paths: tuple[str, ...]) -> bool:
    place = (target or "\0").rstrip("/")
    return any(path == place or path.startswith(f"{place}/") or place.startswith(f"{path}/") for path in paths)


def _is_switched_off(command: RunCommand, call: PackageCall) -> bool:
    """Whether a variable of the image or of the script keeps the manager from making one."""
    name = {"pip": "PIP_NO_CACHE_DIR", "uv": "UV_NO_CACHE"}.get(call.family)
    if name is None:
        return False
    fact = command.step.scope.get(name, command.step.at)
    set_to: list[object] = [fact.known] if fact is not None else []
    for one in command.step.commands:
        if one is command:
            break
        set_to += [made.value for made in one.command.sets if made.name == name]
    return any(isinstance(value, str) and value.lower() not in _OFF for value in set_to)


def clear_address(text: str) -> bool:
    """Whether a text begins with an http address of another machine."""
    from dockguard.common.hosts import is_loopback

    found = _HTTP.search(text)
    return found is not None and "$" not in found[1] and is_loopback(found[1].strip("[]")) is not True


def extra_index(command: RunCommand) -> Fact[str]:
    """A further index that competes with the public one for the same names."""
    call = command.call
    texts = [word.text for word in call.values("extra-index")] if call is not None else []
    if call is not None and call.action == "config" and call.family == "pip":
        texts += [after for name, after in pairwise(command.words) if name.endswith("extra-index-url")]
    texts += [found for written in command.writes for found in listed_indexes(written.path, written.text)]
    return Fact(next((text for text in texts if competes(text)), None), command.span)


def listed_indexes(path: str, text: str) -> Iterator[str]:
    """The further indexes that a pip.conf names."""
    if path.endswith(("pip.conf", "pip.ini")):
        for found in _EXTRA.finditer(text):
            yield found[1]


def competes(text: str) -> bool:
    """Whether an index is none of the well-known public ones."""
    return not all(_PUBLIC_INDEXES.match(part) for part in text.split())


_KEY_IDS = frozenset({"--recv-keys", "--recv-key", "--receive-keys", "--recv"})
_HEX = regex(r"(?i)(?:0x)?([0-9a-f]{8,40})!?")


def weak_key(command: RunCommand) -> Fact[str]:
    """Why a signing key that a command takes in is no proof: a short id, or fetched over http."""
    words = command.words
    if command.name in ("apt-key", "gpg", "gpg2") and not _KEY_IDS.isdisjoint(words):
        at = min(index for index, word in enumerate(words) if word in _KEY_IDS)
        keys = [found[1] for word in words[at + 1 :] if (found := _HEX.fullmatch(word))]
        short = next((key for key in keys if len(key) < 32), None)
        return Fact(
            f"`{short}` is no full fingerprint: others can make a key with the same id" if short else None, command.span
        )
    imports = (command.name == "apt-key" and "add" in words) or (
        command.name in ("gpg", "gpg2") and any(word in ("--import", "--dearmor") for word in words)
    )
    if command.name == "apt-key" and "--fetch-keys" in words:
        return Fact("its key comes over http" if any(map(clear_address, words)) else None, command.span)
    if imports:
        fed = [word.text for one in command.script.feeding(command.command) for word in one.args]
        return Fact("its key comes over http" if any(map(clear_address, fed)) else None, command.span)
    taken = command.name in ("rpm", "rpmkeys") and "--import" in words
    return Fact("its key comes over http" if taken and any(map(clear_address, words)) else None, command.span)
