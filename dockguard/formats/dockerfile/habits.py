"""What is written well or badly in single instructions: forms, repeats, paths, pipes."""

from __future__ import annotations

from posixpath import normpath

from dockguard.formats.dockerfile.model import Stage, Step
from dockguard.lazy import regex
from dockguard.source import Fact

_ONCE = frozenset({"CMD", "ENTRYPOINT", "HEALTHCHECK"})
_SHELL_EXEC = regex(r"\s*exec\s")
_DRIVE = regex(r"""["']?[A-Za-z]:""")
_PIPES = ("|", "|&")
_PLAIN_SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh", "ksh"})
_SYSTEM = ("/proc", "/sys", "/dev", "/boot")
_VOLUMES = ("/etc", "/proc", "/sys", "/dev", "/boot", "/bin", "/sbin", "/lib", "/usr")
_OPEN_FOLDERS = ("/tmp", "/var/tmp", "/dev/shm")
_ALLOCATORS = regex(r"(?:jemalloc|tcmalloc|mimalloc|libeatmydata|libfaketime|nss_wrapper|libgcompat)")
_PRELOADS = frozenset({"LD_PRELOAD", "LD_AUDIT", "BASH_ENV", "PYTHONSTARTUP", "PERL5OPT", "RUBYOPT"})


def shell_form(step: Step) -> bool:
    """Whether ENTRYPOINT or CMD is a text for the default shell that does not hand over by `exec`."""
    node = step.node
    if step.name not in ("ENTRYPOINT", "CMD") or node.json or not node.words or step.shell.written:
        return False
    return not _SHELL_EXEC.match(node.argument.text) and not malformed(step)


def malformed(step: Step) -> bool:
    """Whether it begins and ends like a JSON array and is none, so that a shell reads the brackets."""
    text = step.node.argument.text.strip()
    form = step.name in ("CMD", "ENTRYPOINT", "SHELL", "RUN", "VOLUME", "COPY", "ADD", "HEALTHCHECK")
    if step.name == "HEALTHCHECK" and text[:3].upper() == "CMD":
        text = text[3:].strip()
    if not form or step.node.json or not text.startswith("[") or not text.endswith("]") or len(text) < 3:
        return False
    return text[1:].lstrip()[:1] in ("'", '"', "“", "\u2018") and not text.startswith("[[")


def overridden(step: Step) -> bool:
    """Whether a later instruction of the same stage takes its place."""
    if step.name not in _ONCE or step.onbuild or step.stage is None:
        return False
    return step is not next(
        other for other in reversed(step.stage.own) if other.name == step.name and not other.onbuild
    )


def hidden_failure(step: Step) -> Fact[str]:
    """The command whose failure a pipe of RUN hides, as no `pipefail` is set."""
    if step.name != "RUN" or step.node.json:
        return Fact(None, step.span)
    shell = step.shell.known
    if shell and shell[0].replace("\\", "/").rpartition("/")[2] not in _PLAIN_SHELLS:
        return Fact(None, step.span)
    for command in step.commands:
        one = command.command
        piped = one.dialect == "sh" and one.after in _PIPES and one.name and not _quiet(command.name)
        if piped and ("pipefail" not in one.options or _is_sh(shell)):
            return Fact(one.name, command.span)
    return Fact(None, step.span)


def _is_sh(shell: tuple[str, ...] | None) -> bool:
    """Whether it is plain `sh`, of which nobody knows that it has pipefail."""
    return shell is not None and shell[0] in ("/bin/sh", "sh") and "pipefail" in shell


def _quiet(name: str) -> bool:
    return name in ("echo", "printf", "yes", "true", ":")


def unchecked_heredoc(step: Step) -> bool:
    """Whether a RUN heredoc of several commands goes on after one that fails."""
    if step.name != "RUN" or not step.node.heredocs:
        return False
    commands = [command.command for command in step.commands if command.command.dialect == "sh"]
    apart = [one for one in commands if one.before in ("\n", ";", "newline") and not one.nesting]
    return bool(apart) and all("errexit" not in one.options for one in commands)


def update_alone(step: Step) -> Fact[str]:
    """The package manager whose index a RUN fetches without installing anything in the same layer."""
    if step.name != "RUN":
        return Fact(None, step.span)
    calls = [(command, command.call) for command in step.commands if command.call is not None]
    uses = {call.family for _, call in calls if call.action in ("install", "upgrade", "download", "build", "remove")}
    for command, call in calls:
        if call.action == "update" and call.family not in uses and not call.language:
            cached = any((mount.target.known or "").startswith(("/var/lib/apt", "/var/cache")) for mount in step.mounts)
            return Fact(None if cached else call.name, command.span)
    return Fact(None, step.span)


def relative_workdir(step: Step) -> Fact[str]:
    """A relative WORKDIR that stands on a directory nobody wrote."""
    written = step.argument
    path = (written.known or "/").strip("\"'")
    absolute = path.startswith(("/", "\\", "$")) or _DRIVE.match(path) is not None
    return Fact(None if step.name != "WORKDIR" or absolute or step.workdir.written else path, written.span)


def relative_target(step: Step) -> Fact[str]:
    """The relative destination of a COPY or ADD in a stage without WORKDIR."""
    words = step.node.words
    if step.name not in ("COPY", "ADD") or len(words) < 2 or step.workdir.written or step.stage is None:
        return Fact(None, step.span)
    fact = step.expand(words[-1]).fact
    path = (fact.known or "/").strip("\"'")
    absolute = path.startswith(("/", "\\", "$")) or _DRIVE.match(path) is not None
    return Fact(None if absolute or path in (".", "./") else path, words[-1].span)


def many_to_file(step: Step) -> Fact[str]:
    """The destination of several sources that does not end in a slash."""
    words = step.node.words
    if step.name not in ("COPY", "ADD") or len(words) < 3:
        return Fact(None, step.span)
    fact = step.expand(words[-1]).fact
    folder = (fact.known or "/").endswith(("/", "\\", "/.", "/..")) or fact.known in (".", "..")
    return Fact(None if folder else fact.known, words[-1].span)


def system_workdir(step: Step) -> Fact[str]:
    """A WORKDIR in a folder of the kernel or the boot loader."""
    if step.name != "WORKDIR" or not step.argument.known or not step.argument.known.startswith("/"):
        return Fact(None, step.span)
    path = normpath(step.argument.known)
    found = any(path == folder or path.startswith(folder + "/") for folder in _SYSTEM)
    return Fact(path if found else None, step.argument.span)


def system_volume(step: Step) -> Fact[str]:
    """A VOLUME over a folder of the system, or over all of it."""
    if step.name != "VOLUME":
        return Fact(None, step.span)
    for word in step.node.words:
        path = normpath(step.expand(word).fact.known or "/-")
        if path in ("/", "//") or path in _VOLUMES or path.startswith(("/proc/", "/sys/", "/dev/", "/boot/")):
            return Fact(path, word.span)
    return Fact(None, step.span)


def socket(step: Step) -> Fact[str]:
    """The control socket of a container runtime that an instruction reaches for."""
    from dockguard.common.paths import runtime_socket

    paths = []
    if step.name == "VOLUME":
        paths = [(step.expand(word).fact.known or "", word.span) for word in step.node.words]
    elif step.name == "RUN" and step.node.flags:
        paths = [
            (text, mount.span) for mount in step.mounts for text in (mount.target.known, mount.source.known) if text
        ]
    for path, span in paths:
        if path.startswith("/") and runtime_socket(normpath(path)):
            return Fact(path, span)
    if step.name == "ENV":
        for variable in step.variables:
            if variable.name == "DOCKER_HOST" and (variable.value.known or "").startswith("tcp://"):
                return Fact(variable.value.known, variable.span)
    return Fact(None, step.span)


def open_path(text: str) -> str:
    """The part of a PATH that anybody can write to or that depends on the working directory; "" for none."""
    for part in text.strip("\"'").split(":"):
        bare = part.rstrip("/") or part
        if (
            part in (".", "")
            or part.startswith("./")
            or any(bare == one or bare.startswith(one + "/") for one in _OPEN_FOLDERS)
        ):
            return part or "an empty part"
    return ""


def preloaded(name: str, text: str) -> str:
    """The file that a variable makes every program load; "" for none, and for memory allocators."""
    value = text.strip("\"' ")
    if name in _PRELOADS and value and not _ALLOCATORS.search(value):
        return value
    if name == "NODE_OPTIONS":
        words = value.split()
        for at, word in enumerate(words):
            if word in ("--require", "-r") and at + 1 < len(words):
                return words[at + 1]
    return ""


def repeated_name(stage: Stage) -> bool:
    """Whether an earlier stage has the same name."""
    return bool(stage.name) and any(other.name == stage.name for other in stage.siblings[: stage.index])


def fixed_platform(stage: Stage) -> Fact[str]:
    """The constant `--platform` of a stage that names no platform in its own name."""
    flag = stage.node.flag("platform")
    text = flag.value if flag is not None else None
    if flag is None or not text or "$" in text:
        return Fact(None, stage.span)
    arch = text.rpartition("/")[2].lower()
    return Fact(None if arch and arch in stage.name else text, flag.span)


def self_reference(step: Step) -> Fact[str]:
    """A variable that an ENV both sets and uses, which has its old value there: none."""
    if step.name != "ENV" or len(step.node.pairs) < 2:
        return Fact(None, step.span)
    names = {pair.name.text for pair in step.node.pairs}
    for pair in step.node.pairs:
        if pair.value is not None and "$" in pair.value.text:
            used = step.expand(pair.value)
            for name in used.unset:
                if name in names and name != pair.name.text:
                    return Fact(name, pair.value.span)
    return Fact(None, step.span)


def before_from(step: Step) -> bool:
    """Whether it stands before the first FROM and may not."""
    return step.stage is None and step.name != "ARG"


_SERVERS = frozenset(
    "openssh-server openssh dropbear tinyssh telnetd telnet-server xrdp tigervnc-server x11vnc tightvncserver vsftpd "
    "openssh-server-pam inetutils-telnetd".split()
)  # fmt: skip
_DAEMONS = frozenset({"sshd", "dropbear", "telnetd", "in.telnetd", "xrdp", "x11vnc", "vncserver", "tinysshd"})


def remote_login(name: str, words: tuple[str, ...], installs: tuple[str, ...]) -> str:
    """The remote login server that a command installs or starts; "" for none."""
    found = next((package for package in installs if package in _SERVERS), "")
    if not found and name in _DAEMONS:
        found = name
    if not found and name in ("service", "rc-service", "systemctl") and {"ssh", "sshd", "dropbear"} & set(words):
        found = "sshd" if {"start", "enable", "restart"} & set(words) else ""
    return found


_SYMBOLIC = regex(r"([ugoa]*)[+=]([rwxXst]*)")


def world_writable(mode: str) -> str:
    """The mode where it lets everybody write; "" otherwise, and for sticky folders such as /tmp."""
    text = mode.strip().removeprefix("0o")
    if text.isascii() and text.isdigit():
        sticky = len(text) > 3 and int(text[-4]) & 1
        return text if len(text) >= 3 and text[-1] in "2367" and not sticky else ""
    parts = [found for part in text.split(",") if (found := _SYMBOLIC.fullmatch(part))]
    if any("t" in part[2] for part in parts):
        return ""
    return text if any("w" in part[2] and set(part[1]) & set("ao") for part in parts) else ""
