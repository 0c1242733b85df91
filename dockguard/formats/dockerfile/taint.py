"""Where secrets go inside a build: from arguments and mounts into files, from one stage into another."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from dockguard.common.secrets import find_in_text, name_is_secret
from dockguard.common.suspicion import suspicious
from dockguard.formats.dockerfile.commands.writes import VARIABLE, variables
from dockguard.formats.dockerfile.files.sensitive import sensitive_path
from dockguard.formats.dockerfile.parts import Leak
from dockguard.lazy import regex
from dockguard.record import dataclass
from dockguard.source import Fact, Span

if TYPE_CHECKING:
    from dockguard.formats.dockerfile.commands.runs import RunCommand
    from dockguard.formats.dockerfile.commands.writes import Written
    from dockguard.formats.dockerfile.files.copies import Copy
    from dockguard.formats.dockerfile.image import Image
    from dockguard.formats.dockerfile.model import Stage, Step

_VARIABLE = regex(r"\$\{?([A-Za-z_]\w{0,100})")
# Commands that keep what they are given, by program: the first words, as in `npm config set`.
_KEEPERS = {
    "npm": (("config", "set"), ("set",)), "yarn": (("config", "set"),), "pnpm": (("config", "set"),),
    "pip": (("config", "set"),), "pip3": (("config", "set"),), "git": (("config",),), "docker": (("login",),),
    "helm": (("registry", "login"),), "az": (("login",),), "aws": (("configure", "set"),), "gcloud": (("auth",),),
    "gh": (("auth", "login"),), "composer": (("config",),), "bundle": (("config",),), "poetry": (("config",),),
    "cargo": (("login",),), "gem": (("sources",),), "dotnet": (("nuget", "add"),), "nuget": (("sources", "add"),),
    "kubectl": (("config", "set-credentials"),), "oc": (("login",), ("config", "set-credentials")),
    "podman": (("login",),), "buildah": (("login",),), "skopeo": (("login",),), "nerdctl": (("login",),),
    "crane": (("auth", "login"),), "regctl": (("registry", "login"),), "vault": (("login",),),
    "hf": (("auth", "login"),), "huggingface-cli": (("login",),), "doctl": (("auth", "init"),),
    "argocd": (("login",),), "uv": (("auth", "login"),),
    "sentry-cli": (("login",),), "snyk": (("auth",), ("config", "set")), "heroku": (("auth",),), "pdm": (("config",),),
    "git-credential-store": ((),), "conan": (("user",),), "glab": (("auth", "login"),), "oras": (("login",),),
}  # fmt: skip
_MAX_TAINTED = 100  # places with a secret in one stage that are followed
_MAX_DEPTH = 50  # folders above a file that are looked at
_HARMLESS = ("/dev/", "/proc/")
_REMOVERS = frozenset({"rm", "shred", "srm", "unlink"})


def secret_names(command: RunCommand) -> Iterator[str]:
    """Variables with secret names whose value a command's words or here-documents use."""
    names = [name for word in command.command.words for name in variables(word)]
    for document in command.command.documents:
        names += VARIABLE.findall(document.text) if document.expands else []
    yield from filter(name_is_secret, names)


def written_secret(command: RunCommand) -> Fact[str]:
    """The secret variable that a command puts into a file or a tool's configuration."""
    if command.step.name != "RUN":
        return Fact(None, command.span)
    name = next(iter(_kept_names(command)), None)
    return Fact(name, command.span)


def _kept_names(command: RunCommand) -> Iterator[str]:
    mounted = any(mount.type == "secret" for mount in command.step.mounts)
    if _clones(command) and not mounted and not is_gone(_configuration(command), command):
        yield from secret_names(command)  # git keeps the address in the clone's configuration
    if _keeps(command):
        yield from secret_names(command)
        for before in command.script.feeding(command.command):
            yield from filter(name_is_secret, (name for word in before.words for name in variables(word)))
    for written in command.writes:
        if not written.path.startswith(_HARMLESS) and not is_gone(written.path, command):
            yield from filter(name_is_secret, written.variables)


def removals(step: Step) -> dict[str, int]:
    """Where the commands of an instruction remove files and folders: as written, to the place of the last that does."""
    found = {}
    for command in step.commands:
        if command.name in _REMOVERS and command.command.before != "||":
            for word in command.words:
                found[_at_home(word).rstrip("/")] = command.span.start
    return found


def is_gone(path: str, command: RunCommand) -> bool:
    """Whether a later command of the same RUN removes a file that this one writes, so that no layer has it."""
    removed, name = command.step.removals, _at_home(path).rstrip("/")
    for _ in range(_MAX_DEPTH if removed else 0):
        if removed.get(name, -1) > command.span.start:
            return True
        name = name.rpartition("/")[0]
        if not name:
            break
    return False


def _clones(command: RunCommand) -> bool:
    """Whether git takes an address in: `git clone`, `git remote add`."""
    words = [word for word in command.words if not word.startswith("-")]
    return command.name == "git" and (words[:1] == ["clone"] or words[:1] in (["remote"], ["submodule"]))


def _keeps(command: RunCommand) -> bool:
    firsts = _KEEPERS.get(command.name)
    if firsts is None:
        return False
    words = tuple(word for word in command.words if not word.startswith("-"))
    return any(words[: len(first)] == first for first in firsts)


def persisted_mount(step: Step) -> Iterator[Leak]:
    """Secret mounts of a RUN that a command copies to a place in the image."""
    mounts = [mount for mount in step.mounts if mount.type == "secret"]
    for mount in mounts:
        names = _holding(step, mount.place, mount.env.known or "")
        elsewhere = tuple(one.target.known for one in step.mounts if one.target.known)
        for command in step.commands:
            dumped = _dumps(command, step, mount.place, bool(mount.env.known))
            if dumped or _copies(command, mount.place, elsewhere) or _prints(command, names):
                yield Leak(mount.place or f"${mount.env.known}", command.step, command.span, mount.span)


def _dumps(command: RunCommand, step: Step, place: str, in_environment: bool) -> bool:
    """`. /run/secrets/x && env > file`: all variables go into a file, those of the mount among them."""
    if command.name not in _DUMPERS or (command.name == "set" and command.words) or not command.writes.items:
        return False
    if all(written.path.startswith(_HARMLESS) or is_gone(written.path, command) for written in command.writes):
        return False
    sourced = (one for one in step.commands if one.name in (".", "source"))
    return in_environment or (bool(place) and any(place in one.words[:1] for one in sourced))


_DUMPERS = frozenset({"env", "printenv", "set", "export", "declare"})


def _holding(step: Step, place: str, variable: str) -> frozenset[str]:
    """The shell variables that hold a mounted secret: the one that is its own, and `T=$(cat /run/secrets/x)`."""
    made = (one for command in step.commands for one in command.command.sets) if place else ()
    return frozenset({variable} - {""} | {one.name for one in made if place in one.word.raw})


def _copies(command: RunCommand, place: str, elsewhere: tuple[str, ...]) -> bool:
    """Whether a command copies what is mounted at a place to one that is no mount."""
    if not place:
        return False
    reads = command.name in _READERS and (place in command.words or _is_input(command, place))
    linked = command.name == "ln" and command.command.flag("-s", "--symbolic") is not None
    for written in command.writes if not linked else ():
        held = any(place == source or place.startswith(f"{source.rstrip('/')}/") for source in written.sources)
        if _is_mount(written.path, place, elsewhere) or is_gone(written.path, command):
            continue
        if reads or held:
            return True
        if any(form in written.text for form in (f"$(cat {place}", f"$(<{place}", f"`cat {place}")):
            return True
    return False


_READERS = frozenset("cat head tail base64 sed awk envsubst tr tee dd".split())


def _is_input(command: RunCommand, place: str) -> bool:
    return any(r.operator == "<" and r.target is not None and r.target.text == place for r in command.command.redirects)


def _is_mount(path: str, place: str, elsewhere: tuple[str, ...]) -> bool:
    if path == place or path.startswith(("/dev/", "/run/secrets/", "/proc/")):
        return True
    return any(path == one or path.startswith(f"{one.rstrip('/')}/") for one in elsewhere)


def _prints(command: RunCommand, held: frozenset[str]) -> bool:
    if not held:
        return False
    kept = (one for one in command.writes if not one.path.startswith(_HARMLESS) and not is_gone(one.path, command))
    names = [name for written in kept for name in written.variables]
    names += [name for word in command.command.words for name in variables(word)] if _keeps(command) else []
    return not held.isdisjoint(names)


def removed(image: Image) -> Iterator[Leak]:
    """Sensitive files that one layer brings and a later one removes: they stay in the image."""
    for stage in image.stages:
        brought = _Brought()
        for step in stage.own:
            for copy in filter(_is_removable, step.copies):
                brought.add(copy.target.known or "", copy.source.known or "", step, copy.span)
            for command in step.commands if step.name == "RUN" else ():
                yield from _removals(command, step, brought)


def _removals(command: RunCommand, step: Step, brought: _Brought) -> Iterator[Leak]:
    if command.name in _REMOVERS:
        for word in command.words if brought.files else ():
            for one in brought.taken(_at_home(word)):
                if one.step is not step:  # what a RUN writes and removes is in no layer
                    yield Leak(one.target or word, command.step, command.span, one.span)
    if command.name == "find" and "-delete" in command.words:
        pattern = command.command.option("-name")
        for one in brought.matching(pattern.text) if pattern is not None and brought.files else ():
            if one.step is not step:
                yield Leak(one.target, command.step, command.span, one.span)
    for written in command.writes:
        if sensitive_path(written.path) and _holds_secret(written):
            brought.add(_at_home(written.path), "", step, command.span)


def _at_home(path: str) -> str:
    return path.replace("~", "/root", 1) if path.startswith("~/") else path


def _holds_secret(written: Written) -> bool:
    """Whether a secret stands in what a command writes, or a variable with the name of one."""
    if any(map(name_is_secret, written.variables)):
        return True
    return suspicious(written.text) and any(found.verdict.leaks for found in find_in_text(written.text))


@dataclass(eq=False)
class _File:
    """A file with a secret that an instruction brings."""

    target: str
    step: Step
    span: Span


class _Brought:
    """Files that nothing has removed yet, found by what a command may call them."""

    def __init__(self) -> None:
        self.files: dict[int, _File] = {}
        self._count = 0
        self._named: dict[str, list[int]] = {}
        self._folders: dict[str, list[int]] = {}  # whose content is removed with them

    def add(self, target: str, source: str, step: Step, span: Span) -> None:
        """One more; `source` is the name that it had, "" for what a command writes."""
        number = self._count = self._count + 1
        self.files[number] = _File(target, step, span)
        source = source.rstrip("/")
        for name in {target, f"{target}/{source.rpartition('/')[2]}", source} - {""}:
            self._named.setdefault(name, []).append(number)
        at = target.find("/")
        for _ in range(_MAX_DEPTH):
            if at < 0:
                return
            self._folders.setdefault(target[:at], []).append(number)
            at = target.find("/", at + 1)

    def matching(self, pattern: str) -> list[_File]:
        """The files that `find -name PATTERN -delete` removes, which are not there any more."""
        from fnmatch import fnmatchcase

        gone = [n for n, one in self.files.items() if fnmatchcase(one.target.rpartition("/")[2], pattern[:100])]
        return [self.files.pop(number) for number in gone]

    def taken(self, word: str) -> list[_File]:
        """The files that `rm WORD` removes, which are not there any more."""
        numbers = self._named.pop(word.rstrip("/"), [])
        if word.startswith("/"):
            numbers = [*numbers, *self._folders.pop(word.rstrip("/*"), [])]
        found = [self.files.pop(number, None) for number in numbers]
        return [one for one in found if one is not None]


_FOLDERS = frozenset({"secret", "secrets", "credentials", "private", "creds"})  # that nobody removes for another reason


def _is_removable(copy: Copy) -> bool:
    """Whether whoever removes it later means to hide it: a file with a secret, a folder of them."""
    name = (copy.source.known or "").rstrip("/").rpartition("/")[2].lower()
    return _is_secret_file(copy) or (copy.kind == "context" and name in _FOLDERS)


def _is_secret_file(copy: Copy) -> bool:
    return copy.kind in ("context", "heredoc") and bool(sensitive_path(copy.source.known or copy.target.known or ""))


def crossing(image: Image) -> Iterator[Leak]:
    """COPY --from of a path that the other stage wrote with a secret in it."""
    tainted: dict[int, list[tuple[str, Span]]] = {}
    for stage in image.stages:
        for copy in stage.copies:
            if copy.stage is None or not stage.reached:
                continue
            if copy.stage not in tainted:
                tainted[copy.stage] = list(islice(_tainted(image.stages.items[copy.stage]), _MAX_TAINTED))
            path = copy.source.known or ""
            for place, span in tainted[copy.stage]:
                if path and (place == path.rstrip("/") or place.startswith(f"{path.rstrip('/')}/")):
                    yield Leak(place, copy.step, copy.span, span)
                    break


def _tainted(stage: Stage) -> Iterator[tuple[str, Span]]:
    for part in stage.chain:
        for copy in part.copies:
            if _is_secret_file(copy) and copy.target.known:
                yield copy.target.known, copy.span
        for command in part.commands:
            if next(iter(secret_names(command)), None):
                for path in _kept_files(command):
                    yield _absolute(path, command), command.span


def _kept_files(command: RunCommand) -> Iterator[str]:
    paths = [*(written.path for written in command.writes), _configuration(command)]
    return (path for path in paths if path and not is_gone(path, command))


def _configuration(command: RunCommand) -> str:
    """The file in which `git clone` keeps the address that it is given; "" where nobody sees what folder it makes."""
    words = [word for word in command.words if not word.startswith("-")]
    at = next((at for at, word in enumerate(words) if "://" in word or word.startswith(("git@", "$"))), len(words))
    if command.name != "git" or "clone" not in words[:at] or at == len(words):
        return ""
    own = "" if words[at].startswith("$") else words[at].rstrip("/").rpartition("/")[2].removesuffix(".git")
    folder = words[at + 1] if at + 1 < len(words) else own
    return f"{folder}/.git/config" if folder else ""


def _absolute(path: str, command: RunCommand) -> str:
    path = _at_home(path)
    return path if path.startswith("/") else f"{(command.step.workdir.known or '').rstrip('/')}/{path}"
