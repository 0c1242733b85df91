"""What a build verifies, by checksum or signature, how well, and whether anybody minds the answer."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from dockguard.lazy import regex
from dockguard.source import Fact

if TYPE_CHECKING:
    from dockguard.formats.dockerfile.commands.runs import RunCommand
    from dockguard.formats.dockerfile.model import Step

_SUMS = regex(r"(?:sha\d{1,3}|md5|b2|b3|ck)sum|shasum")
_WEAK_SUMS = frozenset({"md5sum", "sha1sum"})
_WEAK_DIGESTS = frozenset({"-md5", "-sha1", "md5", "sha1", "-md4", "md4"})
_SIGNATURES = {  # program -> words that make it verify; no words: it does nothing else
    "gpg": frozenset({"--verify", "--verify-files"}),
    "gpg2": frozenset({"--verify", "--verify-files"}),
    "gpgv": frozenset[str](),
    "cosign": frozenset({"verify", "verify-blob", "verify-attestation"}),
    "minisign": frozenset({"-V", "-Vm"}),
    "signify": frozenset({"-V"}),
    "slsa-verifier": frozenset({"verify-artifact", "verify-image"}),
    "rpm": frozenset({"-K", "--checksig"}),
    "rpmkeys": frozenset({"-K", "--checksig"}),
    "openssl": frozenset({"-verify"}),
}
_JUDGED = ("only a condition", "turned around")
_READERS = frozenset({"grep", "egrep", "fgrep", "rg"})  # that decide by what the check says


def is_check(command: RunCommand) -> bool:
    """Whether it fails when a checksum or signature is wrong."""
    if _SUMS.fullmatch(command.name):
        return command.command.flag("-c", "--check") is not None
    words = _SIGNATURES.get(command.name)
    return words is not None and (not words or not words.isdisjoint(command.words))


def ignored_check(command: RunCommand) -> Fact[str]:
    """Why nobody minds what a check says; absent where its failure stops the build, or something looks at it."""
    if not is_check(command) or command.command.failure.effect != "lost" or _is_looked_at(command):
        return Fact(None, command.span)
    return Fact(command.command.failure.why, command.span)


def _is_looked_at(command: RunCommand) -> bool:
    shell = command.command
    if any(word in shell.failure.why for word in _JUDGED) or "condition" in shell.nesting:
        return True
    after = shell.element.next
    if shell.after in ("|", "|&"):
        return after is not None and bool(after.words) and after.words[0].text in _READERS
    return "$?" in shell.source.text[shell.element.end : shell.element.end + 200]


def weak_check(command: RunCommand) -> str:
    """The broken hash that a check relies on; "" where a good one or a signature verifies the same, too."""
    found = _weak(command)
    return "" if found and command.step.checks_well else found


def checks_well(step: Step) -> bool:
    """Whether one of its commands verifies by a signature or a good checksum."""
    return any(is_check(command) and not _weak(command) for command in step.commands)


def _weak(command: RunCommand) -> str:
    if command.name == "get-filehash":
        return _weak_powershell(command)
    if not (is_check(command) or _is_compared(command)):
        return ""
    if command.name == "shasum":
        algorithm = command.command.option("-a", "--algorithm")
        return "shasum" if algorithm is None or algorithm.text == "1" else ""
    if command.name == "openssl":
        return next((f"openssl {word}" for word in command.words[:3] if word in _WEAK_DIGESTS), "")
    return command.name if command.name in _WEAK_SUMS else ""


def _weak_powershell(command: RunCommand) -> str:
    """`Get-FileHash -Algorithm MD5`; without the option it is SHA-256."""
    words = [part for word in command.words for part in word.lower().split(":", 1)]
    named = next((value for word, value in pairwise(words) if word in ("-algorithm", "-a")), "")
    return f"Get-FileHash {named.upper()}" if named in ("md5", "sha1", "ripemd160", "mactripledes") else ""


def _is_compared(command: RunCommand) -> bool:
    """Whether it stands in the words of a test: `[ "$(md5sum x | cut -c-32)" = … ]`."""
    host = command.script.host_of(command.command)
    return host is not None and host.name in ("[", "[[", "test")
