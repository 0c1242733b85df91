"""Who an image runs as: USER with names and numbers, the accounts behind them, and programs that change the user."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.lazy import regex
from dockguard.source import Fact, Span, Unknown, Via
from dockguard.stack.pieces import User

if TYPE_CHECKING:
    from dockguard.formats.dockerfile.commands.runs import RunCommand
    from dockguard.formats.dockerfile.image import Image
    from dockguard.formats.dockerfile.model import Stage, Step

_ADMINISTRATORS = frozenset({"containeradministrator", "administrator", "user manager\\containeradministrator"})
_DROPPERS = regex(
    r"(?<![\w./-])(?:/\S*/)?(?:gosu|su-exec|setpriv|chpst|setuidgid|s6-setuidgid|runuser|su|start-stop-daemon)(?![\w.-])"
    r"|chroot\s+--userspec|supervisord|--chuid"
)  # fmt: skip
_NUMBER = regex(r"\+?[0-9]+")  # runc reads `+0` as 0, too
_LAST_OF_BASES = 999  # distributions give numbers up to this one to accounts of their own; Ubuntu has one more
_LAST_OF_COMMANDS = 2000  # useradd and adduser count up from 1000 (100 for services)
_NOBODY = 65534
_DISTROLESS = frozenset({"root", "nobody", "nonroot", "tty", "staff"})  # that its passwd and group have


def base_user(image: Fact[str], span: Span) -> Fact[User]:
    """The user that a base image starts as; absent where nobody knows it, unknown where its name is."""
    name = image.value
    if isinstance(name, Unknown):
        return Fact(name, span)
    if name is None:
        return Fact(None, span)
    how = Via(image.span, f"the base image `{name}` starts as root")
    if name == "scratch":
        return Fact(User("root", 0, declared=False), span, Via(image.span, "an empty image starts as root"))
    known = _known(name)
    if known is None:
        return Fact(None, span)
    return Fact(known, span, how if known.is_root else Via(image.span, f"`{name}` starts as `{known.name}`"))


def _known(name: str) -> User | None:
    from dockguard.common.images import facts_of

    facts = facts_of(name)
    if facts is None or facts.user is None:
        return None
    number = facts.user.partition(":")[0]
    uid = 0 if number == "root" else int(number[:18]) if _NUMBER.fullmatch(number) else None
    return User(facts.user, uid, declared=False)


def user_of(step: Step, written: Fact[str]) -> Fact[User]:
    """What a USER instruction says, with the number where it is known."""
    return written.map(lambda text: _user(step, text))


def _user(step: Step, text: str) -> User | Unknown:
    text = text.strip()
    missing = unset_in(step)
    if missing and not text.partition(":")[0]:
        return Unknown(f"`{missing}` has no value")
    name = text.partition(":")[0]
    if _NUMBER.fullmatch(name):
        return User(text, int(name[:18]))
    if name == "root" or name == "":
        return User(text, 0)
    if name.lower() in _ADMINISTRATORS and _is_windows(step):
        return User(text, 0)
    return User(text, _number(step, name))


def _is_windows(step: Step) -> bool:
    from dockguard.formats.dockerfile.commands.command import is_windows

    return step.stage is not None and is_windows(step.stage.base.known or "")


def _number(step: Step, name: str) -> int | None:
    """The number of a user that the commands before create."""
    for stage in reversed(step.stage.chain) if step.stage is not None else ():
        _count(stage)
        if name in stage.numbers:
            return stage.numbers[name]
    return None


def _count(stage: Stage) -> None:
    """Takes in the accounts of the steps that came since the last time."""
    from dockguard.formats.dockerfile.commands.accounts import accounts, renumbered

    for step in stage.own[stage.counted :]:
        if step.name == "RUN" and not step.onbuild:
            found = [*accounts(step.commands), *filter(None, map(renumbered, step.commands))]
            stage.numbers.update((account.name, account.uid) for account in found if account.uid is not None)
    stage.counted = len(stage.own)


def unset_in(step: Step) -> str:
    """The variable without a value in a USER instruction, "" for none."""
    if not step.node.words:
        return ""
    found = step.expand(step.node.words[0])
    return next(iter(found.unset), "")


def last_user(stage: Stage) -> Step | None:
    """The USER instruction that counts at the end of a stage."""
    for part in reversed(stage.chain):
        for step in reversed(part.own):
            if step.name == "USER" and not step.onbuild and step.node.words:
                return step
    return None


def unset_user(stage: Stage) -> Fact[str]:
    """The variable that makes the last USER empty."""
    step = last_user(stage)
    if step is None:
        return Fact(None, stage.span)
    name = unset_in(step)
    text = step.argument.known
    empty = text is None or not text.partition(":")[0].strip()
    return Fact(name if name and empty else None, step.node.words[0].span)


def drops_privileges(image: Image) -> bool:
    """Whether ENTRYPOINT or CMD, or the script that they start, changes to another user; the base image's too."""
    if not image.entrypoint.written and _base_drops(image.base.known or ""):
        return True
    for fact in (image.entrypoint, image.cmd):
        words = fact.known or ()
        if _DROPPERS.search(" ".join(words)):
            return True
        if any(_script_drops(image, word) for word in words):
            return True
    return False


def _base_drops(name: str) -> bool:
    from dockguard.common.images import facts_of

    facts = facts_of(name)
    return facts is not None and bool(facts.drops_to)


def _script_drops(image: Image, word: str) -> bool:
    """Whether a file that the image gets from its context or a heredoc, and that the word names, has such a call."""
    if not word.startswith(("/", "./")) and "." not in word and "entrypoint" not in word:
        return False
    base = word.rpartition("/")[2]
    for copy in image.files:
        if copy.target.known and (copy.target.known == word or copy.target.known.rpartition("/")[2] == base):
            source = copy.content
            if source is None and copy.path and image.context.workspace is not None:
                source = image.context.workspace.read(copy.path) if _is_file(image, copy.path) else None
            if source is not None and _DROPPERS.search(source.text):
                return True
    return False


def _is_file(image: Image, path: str) -> bool:
    return image.context.workspace is not None and image.context.workspace.entry(path) == "file"


def idle_account(image: Image) -> Fact[str]:
    """The last user that is created, when no USER names any user and no program changes to one."""
    final = image.final.settings
    if final.declared_user.written or drops_privileges(image):
        return Fact(None, image.span)
    for account in reversed(image.accounts.items):
        if account.uid != 0 and not (account.system and _is_service(image, account.name)):
            return Fact(account.name, account.span)
    return Fact(None, image.span)


_SERVICES = frozenset(
    "postgres mysql mariadb redis mongodb memcache memcached rabbitmq elasticsearch kafka zookeeper nginx www-data "
    "http apache httpd haproxy varnish bind named unbound sshd ntp chrony postfix dovecot exim clamav prometheus "
    "grafana messagebus polkitd rpc tcpdump systemd-network nobody".split()
)


def _is_service(image: Image, name: str) -> bool:
    """Whether a system account is that of a program which changes to it by itself: a package's, or a known one."""
    if name in _SERVICES or "$" in name:
        return True
    return any(package.startswith(name) for command in image.final.commands for package in command.installs)


def named_user(stage: Stage) -> Fact[str]:
    """The last USER where it is a name other than root."""
    step = last_user(stage)
    text = step.argument.known if step else None
    if step is None or not text or _is_windows(step):
        return Fact(None, stage.span)
    name = text.partition(":")[0]
    return Fact(None if _NUMBER.fullmatch(name) or name in ("root", "") else name, step.node.words[0].span)


def nameless(stage: Stage) -> Iterator[Fact[str]]:
    """Names in USER and --chown of a stage without passwd file, or with one that has a few names alone."""
    base = stage.base.known or ""
    listed = _DISTROLESS if base.startswith("gcr.io/distroless/") else frozenset[str]()
    if (base != "scratch" and not listed) or has_passwd(stage):
        return
    for step in stage.own:
        if step.onbuild:
            continue
        facts = [step.argument] if step.name == "USER" else [f.value for f in step.flags if f.name == "chown"]
        for fact in facts:
            names = [
                name
                for name in (fact.known or "").split(":")
                if name and not _NUMBER.fullmatch(name) and name not in listed
            ]
            if names:
                yield Fact(names[0], fact.span, fact.via)


def has_passwd(stage: Stage) -> bool:
    """Whether anything puts a passwd file, or a whole file system, into an empty image, or may."""
    for part in stage.chain:
        if any(step.name == "RUN" and not step.onbuild for step in part.own):
            return True  # its program comes from a mount or a copy, and writes what it likes
        for copy in part.copies:
            target = copy.target.known
            if target is None or target.rstrip("/") in ("", "/etc", "/etc/passwd") or (copy.source.known or "/") == "/":
                return True
    return False


def group_of_root(image: Image) -> Fact[str]:
    """The last USER where it is a number that no account has: without one of its own, its group is 0."""
    user, nothing = image.user.known, Fact[str](None, image.span)
    if user is None or not user.declared or not _NUMBER.fullmatch(user.name) or _is_listed(image, int(user.name[:18])):
        return nothing
    step = last_user(image.final)
    return nothing if step is None else Fact(user.name, step.node.words[0].span, image.user.via)


def _is_listed(image: Image, number: int) -> bool:
    """Whether the image may have an account of that number."""
    from dockguard.formats.dockerfile.variables.scope import is_bare

    base = image.base.known
    if base is None or not is_bare(base) or _brings_accounts(image):
        return True
    if number <= _LAST_OF_BASES + ("ubuntu" in base) or number == _NOBODY:
        return True
    numbers = {account.uid for account in image.accounts}
    return number in numbers or (None in numbers and number < _LAST_OF_COMMANDS)


def _brings_accounts(image: Image) -> bool:
    """Whether a copy, or a command that writes the file by hand, may bring accounts."""
    targets = {(copy.target.known or "").rstrip("/") for copy in image.files}
    if not targets.isdisjoint(("", "/etc", "/etc/passwd")):
        return True
    commands = (command for stage in image.final.chain for command in stage.commands)
    return any("/etc/passwd" in word for command in commands for word in (*command.words, *_redirected(command)))


def _redirected(command: RunCommand) -> Iterator[str]:
    return (one.target.text for one in command.command.redirects if one.target is not None)


def dropped_groups(image: Image) -> Fact[str]:
    """The groups that commands put the last USER into and that it goes without, as it names one group itself."""
    from dockguard.formats.dockerfile.commands.accounts import memberships

    step, text = last_user(image.final), image.final.settings.declared_user.known or ""
    name, colon, group = text.partition(":")
    if step is None or not colon or name in ("", "root") or _NUMBER.fullmatch(name):
        return Fact(None, image.span)
    commands = (command for stage in image.final.chain for command in stage.commands)
    pairs = [pair for command in commands for pair in memberships(command)]
    lost = dict.fromkeys(other for user, other in pairs if user == name and other != group)
    return Fact(", ".join(f"`{one}`" for one in lost) or None, step.node.words[0].span)
