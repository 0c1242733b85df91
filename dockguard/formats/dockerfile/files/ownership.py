"""Whose the copied files are, against who runs the image: code that it may change, files that it cannot read."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from posixpath import basename
from typing import TYPE_CHECKING

from dockguard.lazy import regex
from dockguard.source import Fact
from dockguard.stack.pieces import User

if TYPE_CHECKING:
    from dockguard.formats.dockerfile.files.copies import Copy
    from dockguard.formats.dockerfile.image import Image
    from dockguard.formats.dockerfile.model import Step

_MAX_STARTED = 50  # words of ENTRYPOINT and CMD that are taken for files
_NOT_RUN = frozenset({"", ".", "-c", "-m", "run", "exec", "start"})
_CODE = regex(r"[\w@%+=:,./-]+")
_TAKES_OWNER = frozenset({"chmod", "chown", "chgrp"})  # that fail for who does not own a file


def own_code(image: Image) -> Fact[str]:
    """The user who runs the image and may change what it runs; at the copy that gives it away."""
    user = image.user.known
    if user is None or user.is_root or image.drops_privileges:
        return Fact(None, image.span)
    started = tuple(islice(_started(image), _MAX_STARTED))
    for copy in image.files:
        target = copy.target.known
        runs = target and any(path == target or path.startswith(f"{target.rstrip('/')}/") for path in started)
        if runs and copy.owner.known and _is_owner(image, copy.owner.known, user):
            return Fact(user.name.partition(":")[0], copy.span)
    return _given_away(image, user, started)


_PROGRAMS = frozenset(
    "/ /bin /sbin /lib /lib64 /etc /usr /usr/bin /usr/sbin /usr/lib /usr/local /usr/local/bin /usr/local/sbin "
    "/usr/local/lib /opt".split()
)


def _given_away(image: Image, user: User, started: tuple[str, ...]) -> Fact[str]:
    """`chown -R app /usr/local/bin`, or of the folder that holds what is started."""
    for command in image.final.commands:
        operands = [word for word in command.words if not word.startswith("-")]
        if command.name != "chown" or len(operands) < 2 or not _is_owner(image, operands[0], user):
            continue
        deep = command.command.flag("-R", "--recursive") is not None
        for path in (word.rstrip("/") or "/" for word in operands[1:]):
            if path in _PROGRAMS or any(one == path or (deep and one.startswith(f"{path}/")) for one in started):
                return Fact(user.name.partition(":")[0], command.span)
    return Fact(None, image.span)


def _started(image: Image) -> Iterator[str]:
    """The files that ENTRYPOINT and CMD name, as absolute paths."""
    workdir = image.workdir.known or "/"
    for fact in (image.entrypoint, image.cmd):
        words = fact.known or ()
        for word in words[2:3][0].split() if words[1:2] == ("-c",) and len(words) == 3 else words:
            if word.startswith("/"):
                yield word
            elif word not in _NOT_RUN and ("." in word or "/" in word) and _CODE.fullmatch(word):
                yield f"{workdir.rstrip('/')}/{word.removeprefix('./')}"


def _is_owner(image: Image, owner: str, user: User) -> bool:
    name = owner.partition(":")[0]
    if name == user.name.partition(":")[0]:
        return True
    numbers = {account.name: account.uid for account in image.accounts}
    number = int(name[:18]) if name.isascii() and name.isdigit() else numbers.get(name)
    return number is not None and number == user.uid


def unreadable(copy: Copy) -> Fact[str]:
    """Why the user who runs the image cannot use a copied file: only root may read it, by its `--chmod`."""
    stage = copy.step.stage
    if stage is None or not stage.final or copy.owner.written or copy.step.onbuild:
        return Fact(None, copy.span)
    user, mode = stage.user.known, (copy.mode.known or "").removeprefix("0o")
    closed = mode.isascii() and mode.isdigit() and len(mode) in (3, 4) and mode[-1] in "0123" and mode[-2] in "0123"
    if user is None or user.is_root or not closed:
        return Fact(None, copy.span)
    return Fact(user.name.partition(":")[0], copy.span)


def refused(step: Step) -> Fact[str]:
    """The file of root's whose mode or owner a RUN of another user wants to change."""
    user = step.user.known
    if step.name != "RUN" or user is None or user.is_root or step.stage is None or not user.declared:
        return Fact(None, step.span)
    for command in step.commands if step.stage.rooted_files else ():
        if command.name in _TAKES_OWNER and not command.uses_sudo:
            for word in command.words[1:]:
                path = word if word.startswith("/") else f"{(step.workdir.known or '').rstrip('/')}/{word}"
                if step.stage.rooted_files.get(path, 1 << 60) < step.at:
                    return Fact(word, command.span)
    return Fact(None, step.span)


def rooted_files(step: Step) -> Iterator[str]:
    """The files that a COPY or ADD of a stage leaves to root, by their paths; folders are left out."""
    for copy in step.copies:
        target, source = copy.target.known, copy.source.known
        if copy.owner.written or not target or not source or copy.kind not in ("context", "stage", "heredoc"):
            continue
        if basename(target) == basename(source) and "." in basename(source):
            yield target
