"""Users and groups that commands create: useradd, adduser, and the lines that scripts add to /etc/passwd."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dockguard.formats.dockerfile.runs import Account, RunCommand

_VALUES = frozenset(
    "-b --base-dir -c --comment -d --home-dir --home -e --expiredate -f --inactive -g --gid --ingroup -G --groups -k "
    "--skel -K --key -p --password -s --shell -u --uid -R --root -P --prefix -Z --selinux-user -h --gecos "
    "--firstuid --lastuid --firstgid --lastgid --conf".split()
)
_BUSYBOX = frozenset("-D -S -H".split())  # flags of BusyBox's adduser, whose `-h`, `-g`, `-G` take values


def accounts(commands: Iterable[RunCommand]) -> Iterator[Account]:
    """The users that are created, in order."""
    for command in commands:
        if command.name in ("useradd", "adduser", "luseradd"):
            account = _added(command)
            if account is not None:
                yield account
        elif command.name in ("echo", "printf", "tee", "cat"):
            yield from _passwd_lines(command)


def _added(command: RunCommand) -> Account | None:
    operands = operands_of(command)
    if not operands or (command.name == "adduser" and len(operands) > 1):  # `adduser user group` joins a group
        return None
    uid = command.command.option("-u", "--uid")
    groups = [word.text for word in command.command.values("-G", "--groups", "-g", "--gid", "--ingroup")]
    system = command.command.flag("-r", "--system", "-S") is not None
    duplicate = command.command.flag("-o", "--non-unique") is not None
    number = int(uid.text[:9]) if uid is not None and uid.text.isascii() and uid.text.isdigit() else None
    names = tuple(name for group in groups for name in group.split(","))
    return Account(operands[-1], number, system, duplicate, command, command.span, names)


def renumbered(command: RunCommand) -> Account | None:
    """`usermod -u NUMBER name`."""
    operands = operands_of(command)
    uid = command.command.option("-u", "--uid") if command.name == "usermod" else None
    if not operands or uid is None or not (uid.text.isascii() and uid.text.isdigit()):
        return None
    duplicate = command.command.flag("-o", "--non-unique") is not None
    return Account(operands[-1], int(uid.text[:9]), False, duplicate, command, command.span)


def operands_of(command: RunCommand) -> list[str]:
    """The arguments that are neither options nor their values."""
    found: list[str] = []
    skip = False
    for word in command.words:
        if skip:
            skip = False
        elif word.startswith("-") and word != "-":
            skip = word in _VALUES
        else:
            found.append(word)
    return found


def _passwd_lines(command: RunCommand) -> Iterator[Account]:
    """`echo 'app:x:1000:1000::/:' >> /etc/passwd`."""
    if not writes(command, "/etc/passwd"):
        return
    for text in (*command.words, *command.documents):
        for line in text.replace("\\n", "\n").split("\n"):
            parts = line.strip().split(":")
            if len(parts) == 7 and parts[0] and parts[2].isascii() and parts[2].isdigit():
                yield Account(parts[0], int(parts[2][:9]), False, False, command, command.span)


def joined(command: RunCommand) -> Iterator[str]:
    """The groups that a command puts a user into."""
    operands = operands_of(command)
    if command.name in ("useradd", "usermod", "luseradd"):
        options = ("-G", "--groups", "-g", "--gid")
        yield from (name for word in command.command.values(*options) for name in word.text.split(","))
    elif command.name == "adduser":
        yield from (word.text for word in command.command.values("-G", "--ingroup"))
        yield from operands[1:2]
    elif command.name in ("addgroup", "groupmems"):
        yield from operands[1:2]
    elif command.name == "gpasswd":
        yield from operands[-1:] if command.command.flag("-a", "--add", "-M", "--members") is not None else ()


def writes(command: RunCommand, path: str) -> bool:
    """Whether a command writes a file, by redirection or as `tee`; of a pipeline, whether its end does."""
    if any(
        redirect.writes and redirect.target and redirect.target.text == path for redirect in command.command.redirects
    ):
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
