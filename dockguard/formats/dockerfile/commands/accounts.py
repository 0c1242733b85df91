"""Users and groups that commands create: useradd, adduser, and the lines that scripts add to /etc/passwd."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from dockguard.common.shell_options import CommandLine, Grammar, parse
from dockguard.formats.dockerfile.parts import Account
from dockguard.lazy import regex
from dockguard.source import Fact

if TYPE_CHECKING:
    from dockguard.formats.dockerfile.commands.runs import RunCommand
    from dockguard.formats.dockerfile.model import Step

# Options that take a value: useradd(8), usermod(8), adduser(8) of Debian and BusyBox.
_SHORT = "bcdefghGkKpsuRPZ"
_LONG = frozenset(
    "--base-dir --comment --home-dir --home --expiredate --inactive --gid --ingroup --groups --skel --key --password "
    "--shell --uid --root --prefix --selinux-user --gecos --firstuid --lastuid --firstgid --lastgid --conf".split()
)

_REPLACEMENT = regex(r"\bs([/|#,@]).{1,200}?(?<!\\)\1([a-z_][\w-]{0,40}):[^:/|#,@]{0,40}:(\d{1,9})(?=[:/|#,@])")

# A line of a group with somebody in it.
_MEMBERS = regex(r"(?m)(?:^|['\"\s])([a-z_][\w-]{0,40}):[x*!]?:\d{1,9}:[a-z_$]")


def accounts(commands: Iterable[RunCommand]) -> Iterator[Account]:
    """The users that are created, in order."""
    for command in commands:
        if command.name in ("useradd", "adduser", "luseradd"):
            account = _added(command)
            if account is not None:
                yield account
        elif command.name in ("echo", "printf", "tee", "cat"):
            yield from _passwd_lines(command)
        elif command.name == "sed":
            yield from _rewritten(command)


def _line(command: RunCommand) -> CommandLine:
    return parse(command.resolved.args, Grammar(_SHORT, _LONG))


def _value(line: CommandLine, *names: str) -> str:
    return next((option.value.text for option in line.named(*names) if option.value is not None), "")


def _groups(line: CommandLine, *names: str) -> Iterator[str]:
    for option in line.named(*names):
        yield from option.value.text.split(",") if option.value is not None else ()


def _added(command: RunCommand) -> Account | None:
    line = _line(command)
    operands = [word.text for word in line.operands]
    if not operands or (command.name == "adduser" and len(operands) > 1):  # `adduser user group` joins a group
        return None
    uid = _value(line, "-u", "--uid")
    system = any(line.named("-r", "--system", "-S"))
    duplicate = any(line.named("-o", "--non-unique"))
    number = int(uid[:9]) if uid.isascii() and uid.isdigit() else None
    groups = tuple(_groups(line, "-G", "--groups", "-g", "--gid", "--ingroup"))
    return Account(operands[-1], number, system, duplicate, command, command.span, groups)


def renumbered(command: RunCommand) -> Account | None:
    """`usermod -u NUMBER name`."""
    if command.name != "usermod":
        return None
    line = _line(command)
    uid = _value(line, "-u", "--uid")
    if not line.operands or not (uid.isascii() and uid.isdigit()):
        return None
    duplicate = any(line.named("-o", "--non-unique"))
    return Account(line.operands[-1].text, int(uid[:9]), False, duplicate, command, command.span)


def aliases(step: Step) -> Iterator[Fact[str]]:
    """Accounts that are root under another name, each at what makes it."""
    for command in step.commands:
        for account in (*accounts((command,)), renumbered(command)):
            if account is not None and account.uid == 0 and account.name != "root":
                yield Fact(account.name, command.span)
    for copy in step.copies:
        if copy.content is not None and copy.target.known == "/etc/passwd":
            yield from (
                Fact(name, copy.span) for name, uid in lines_of(copy.content.text) if not uid and name != "root"
            )


def operands_of(command: RunCommand) -> list[str]:
    """The arguments that are neither options nor their values."""
    return [word.text for word in _line(command).operands]


def _passwd_lines(command: RunCommand) -> Iterator[Account]:
    """`echo 'app:x:1000:1000::/:' >> /etc/passwd`."""
    for text in (*command.words, *command.documents) if writes(command, "/etc/passwd") else ():
        for name, uid in lines_of(text.replace("\\n", "\n")):
            yield Account(name, uid, False, False, command, command.span)


def lines_of(text: str) -> Iterator[tuple[str, int]]:
    """Name and number of the accounts in lines of a passwd file."""
    for line in text.split("\n"):
        parts = line.strip().split(":")
        if len(parts) == 7 and parts[0] and parts[2].isascii() and parts[2].isdigit():
            yield parts[0], int(parts[2][:9])


def _rewritten(command: RunCommand) -> Iterator[Account]:
    """`sed -i 's/^app:x:1000:/app:x:0:/' /etc/passwd`."""
    for written in command.writes:
        for found in _REPLACEMENT.finditer(written.text) if written.path == "/etc/passwd" else ():
            yield Account(found[2], int(found[3]), False, False, command, command.span)


def joined(command: RunCommand) -> Iterator[str]:
    """The groups that a command puts a user into."""
    operands = operands_of(command)
    if command.name in ("useradd", "usermod", "luseradd"):
        yield from _groups(_line(command), "-G", "--groups", "-g", "--gid")
    elif command.name == "adduser":
        yield from _groups(_line(command), "-G", "--ingroup")
        yield from operands[1:2]
    elif command.name == "addgroup":
        yield from operands[1:2]
    elif command.name == "groupmems":
        yield from _groups(_line(command), "-g", "--group") if any(_line(command).named("-a", "--add")) else ()
    elif command.name == "gpasswd":
        yield from operands[-1:] if command.command.flag("-a", "--add", "-M", "--members") is not None else ()
    else:
        yield from _group_lines(command)


def _group_lines(command: RunCommand) -> Iterator[str]:
    """`echo 'docker:x:999:app' >> /etc/group`, `sed -i 's/^docker:x:999:/&app/' /etc/group`."""
    for written in command.writes:
        for found in _MEMBERS.finditer(written.adds) if written.path == "/etc/group" else ():
            yield found[1]


def memberships(command: RunCommand) -> Iterator[tuple[str, str]]:
    """(user, group) of what a command adds to the group that a user has anyway."""
    operands = operands_of(command)
    if command.name in ("useradd", "usermod", "luseradd") and operands:
        yield from ((operands[-1], group) for group in _groups(_line(command), "-G", "--groups"))
    elif len(operands) == 2 and (command.name in ("adduser", "addgroup") or _adds_member(command)):
        yield operands[0], operands[1]


def _adds_member(command: RunCommand) -> bool:
    return command.name == "gpasswd" and command.command.flag("-a", "--add") is not None


def writes(command: RunCommand, path: str) -> bool:
    """Whether a command writes a file, by redirection or as `tee`; of a pipeline, whether its end does."""
    if any(target.text == path for target in command.command.outputs):
        return True
    if command.name == "tee" and path in command.words:
        return True
    return any(path in target for target in _piped(command))


def _piped(command: RunCommand) -> Iterator[tuple[str, ...]]:
    """The words of a `tee` that reads the command's output."""
    element = command.command.element
    for _ in range(20):
        following = element.next
        if element.after not in ("|", "|&") or following is None:
            return
        element = following
        words = [word.text for word in element.words]
        if any(word.rpartition("/")[2] == "tee" for word in words[:2]):
            yield tuple(words)
