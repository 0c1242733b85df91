"""What single words and values of instructions mean: search paths, preloaded code, login servers, modes."""

from __future__ import annotations

from dockguard.lazy import regex

FETCHERS = frozenset(
    "curl wget wget2 aria2c axel fetch http https xh iwr irm invoke-webrequest invoke-restmethod start-bitstransfer"
    .split()
)  # fmt: skip
INTERPRETERS = frozenset("sh bash dash ash zsh ksh eval source . python python2 python3 perl ruby node php".split())
_OPEN_FOLDERS = ("/tmp", "/var/tmp", "/dev/shm")
_ALLOCATORS = regex(r"(?:jemalloc|tcmalloc|mimalloc|libeatmydata|libfaketime|nss_wrapper|libgcompat)")
_PRELOADS = frozenset({"LD_PRELOAD", "LD_AUDIT", "BASH_ENV", "PYTHONSTARTUP", "PERL5OPT", "RUBYOPT"})
_SERVERS = frozenset(
    "openssh-server dropbear tinyssh telnetd telnet-server xrdp tigervnc-server x11vnc tightvncserver vsftpd "
    "openssh-server-pam inetutils-telnetd".split()
)  # fmt: skip
_DAEMONS = frozenset({"sshd", "dropbear", "telnetd", "in.telnetd", "xrdp", "x11vnc", "vncserver", "tinysshd"})
_LABEL_KEY = regex(r"[a-z](?:[a-z0-9]|[.-](?![.-]))*[a-z0-9]|[a-z]")
_LABELS_OF_DOCKER = ("com.docker.", "io.docker.", "org.dockerproject.")
_SHELL_PATH = regex(r"(?:/usr)?/bin//?(?:sh|bash|dash|ash|zsh|ksh|fish)")
_SYMBOLIC = regex(r"([ugoa]*)[+=]([rwxXst]*)")


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
    """The file that a variable makes every program load, or the open folder that it is looked for in; "" for none, and
    for memory allocators.
    """
    value = text.strip("\"' ")
    if name in _PRELOADS and value and not _ALLOCATORS.search(value):
        return value
    if name == "LD_LIBRARY_PATH":
        return next((part for part in value.split(":") if part and open_path(part)), "")
    if name == "NODE_OPTIONS":
        words = value.replace("=", " ").split()
        for at, word in enumerate(words):
            if word in ("--require", "-r", "--import", "--loader", "--experimental-loader") and at + 1 < len(words):
                return words[at + 1]
    return ""


def remote_login(name: str, words: tuple[str, ...], installs: tuple[str, ...]) -> str:
    """The remote login server that a command installs or starts; "" for none."""
    found = next((package for package in installs if package in _SERVERS), "")
    if not found and name in _DAEMONS:
        found = name
    if not found and name in ("service", "rc-service", "systemctl") and {"ssh", "sshd", "dropbear"} & set(words):
        found = "sshd" if {"start", "enable", "restart"} & set(words) else ""
    return found


_FIREWALLS = frozenset("iptables ip6tables iptables-legacy iptables-restore nft ipvsadm ufw firewall-cmd".split())
_HOST_LEVEL = _FIREWALLS | frozenset(
    "setenforce modprobe insmod rmmod depmod swapon swapoff auditctl aa-complain aa-disable aa-teardown aa-enforce "
    "apparmor_parser nsenter kexec hwclock losetup dmsetup mount umount".split()
)  # fmt: skip


def host_level(name: str, words: tuple[str, ...]) -> bool:
    """Whether a command works on the kernel or the machine, which a build step does not have or must not touch."""
    if name == "sysctl":
        return any(word in ("-w", "--write", "-p", "--system") or "=" in word for word in words)
    shown = any(word in ("--version", "-V", "--help", "-l", "-L", "--list") for word in words)
    return name in _HOST_LEVEL and bool(words) and not shown


_SYSTEM_FILES = frozenset(
    "/etc/passwd /etc/shadow /etc/group /etc/gshadow /etc/ld.so.preload /etc/nsswitch.conf".split()
)


def is_system_file(path: str) -> bool:
    """Whether a file decides who is who, who may log in, or what every program loads."""
    return path in _SYSTEM_FILES or path.startswith(("/etc/pam.d/", "/etc/security/"))


def label_fault(key: str) -> str:
    """What is wrong with the key of a LABEL, by Docker's guidelines for label keys; "" for nothing."""
    bare = key.strip("\"'")
    if "$" in bare:
        return "a variable decides what it is called"
    if bare.startswith(_LABELS_OF_DOCKER):
        return "its namespace is Docker's own"
    good = bare and _LABEL_KEY.fullmatch(bare)
    return "" if good else "a key has lower-case letters, digits, and single `.` and `-` between them"


def shell_change(name: str, words: tuple[str, ...]) -> str:
    """How a command changes which shell runs; "" for any other. SHELL does it for what follows, and says so."""
    operands = [word for word in words if not word.startswith("-")]
    if name in ("ln", "mv", "cp") and operands[-1:] and operands[-1].replace("//", "/") in ("/bin/sh", "/usr/bin/sh"):
        return f"{name} … /bin/sh"
    if name == "dpkg-reconfigure" and "dash" in operands:
        return "dpkg-reconfigure dash"
    if name in ("chsh", "usermod") and any(_SHELL_PATH.fullmatch(word.rpartition("=")[2]) for word in words):
        return name
    return name if name == "powershell" else ""


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
