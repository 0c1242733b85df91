"""How an instruction is written: shell or exec form, repeats, pipes and heredocs whose failures nobody sees."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.formats.dockerfile.habits import FETCHERS, INTERPRETERS
from dockguard.lazy import cached_property, regex
from dockguard.record import dataclass
from dockguard.source import Fact, Many

if TYPE_CHECKING:
    from dockguard.common.packages import PackageCall
    from dockguard.formats.dockerfile.commands.runs import RunCommand
    from dockguard.formats.dockerfile.model import Stage, Step

_ONCE = frozenset({"CMD", "ENTRYPOINT", "HEALTHCHECK"})
_ARRAYS = frozenset("CMD ENTRYPOINT SHELL RUN VOLUME COPY ADD HEALTHCHECK".split())
_NO_TRIGGERS = frozenset({"FROM", "MAINTAINER", "ONBUILD"})
_SIGNALS = frozenset(
    "HUP INT QUIT ILL TRAP ABRT IOT BUS FPE USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CLD CONT TSTP TTIN TTOU URG XCPU "
    "XFSZ VTALRM PROF WINCH IO POLL PWR SYS UNUSED".split()
)
_REALTIME = regex(r"RTM(?:IN(?:\+\d{1,2})?|AX(?:-\d{1,2})?)")
# A quoted string, and then a comma or the end: `[ "$a" = "b" ]` is a test of the shell.
_LIKE_ARRAY = regex(
    r"""\[\s*(?:'[^']*'|"(?:[^"\\]|\\.)*"|\u201c[^\u201d]*\u201d|\u2018[^\u2019]*\u2019)"""
    r"""(?:\s*(?:,|\]$)|\s+["'])"""
)
_ASSUMED = regex(r"(?i)APT::Get::Assume-Yes[\s\"'\\]{1,6}(?:true|1|yes|on)\b")  # in a file of /etc/apt/apt.conf.d
_SCRIPT = regex(r"\s*\d*<<-?\s*\S+\s*$")
_EXEC = regex(r"\s*exec\s")
_PIPES = ("|", "|&")
_POSIX_SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh", "ksh"})
_CANNOT_FAIL = frozenset({"echo", "printf", "yes", "true", ":"})
_CACHES = ("/var/lib/apt", "/var/cache")
_USES = frozenset({"install", "upgrade", "download", "build", "remove"})


@dataclass(eq=False)
class Form:
    """How one instruction is written."""

    step: Step

    @cached_property
    def shell(self) -> bool:
        """Whether ENTRYPOINT or CMD is a text for the default shell, which stays the first process."""
        node = self.step.node
        if self.step.name not in ("ENTRYPOINT", "CMD") or node.json or not node.words or self.step.shell.written:
            return False
        return not _EXEC.match(node.argument.text) and not self.malformed

    @cached_property
    def malformed(self) -> bool:
        """Whether it looks like a JSON array and is none, so that a shell reads the brackets."""
        text = self.step.node.argument.text.strip()
        if self.step.name == "HEALTHCHECK" and text[:3].upper() == "CMD":
            text = text[3:].strip()
        if self.step.name not in _ARRAYS or self.step.node.json or not text.endswith("]"):
            return False
        return _LIKE_ARRAY.match(text) is not None

    @cached_property
    def overridden(self) -> bool:
        """Whether a later CMD, ENTRYPOINT or HEALTHCHECK of the same stage takes its place."""
        step = self.step
        if step.name not in _ONCE or step.onbuild or step.stage is None:
            return False
        return step is not next(s for s in reversed(step.stage.own) if s.name == step.name and not s.onbuild)

    @cached_property
    def root_accounts(self) -> Many[Fact[str]]:
        """The accounts with number 0 that it makes besides root: by commands, or in a passwd file that it holds."""
        from dockguard.formats.dockerfile.commands.accounts import aliases

        return Many(tuple(aliases(self.step)), self.step.span)

    @property
    def before_from(self) -> bool:
        """Whether it stands before the first FROM and may not."""
        return self.step.stage is None and self.step.name != "ARG"

    @property
    def bad_signal(self) -> Fact[str]:
        """What is wrong with the signal of a STOPSIGNAL: none of that name, or one that no program can handle."""
        text = self.step.argument.known if self.step.name == "STOPSIGNAL" else None
        if not text:
            return Fact(None, self.step.span)
        name = text.strip("\"'").upper().removeprefix("SIG")
        if name in ("KILL", "STOP", "9", "19"):
            return Fact("no program can catch it and finish its work", self.step.argument.span)
        good = name in _SIGNALS or _REALTIME.fullmatch(name) or (name.isdigit() and 0 < int(name[:4]) <= 64)
        return Fact(None if good else "there is no such signal", self.step.argument.span)

    @property
    def bad_trigger(self) -> str:
        """The instruction that an ONBUILD carries and may not: FROM, MAINTAINER, ONBUILD; "" for none."""
        trigger = self.step.node.trigger
        return trigger.name if trigger is not None and trigger.name in _NO_TRIGGERS else ""

    @cached_property
    def legacy(self) -> Fact[str]:
        """The name that an ENV or LABEL sets without `=`."""
        pair = next((pair for pair in self.step.node.pairs if pair.legacy), None)
        return Fact(pair.name.text if pair else None, pair.name.span if pair else self.step.span)

    @cached_property
    def joinable(self) -> bool:
        """Whether it could be one with the instruction before it: single commands, or copies to the same folder."""
        step, before = self.step, self._before
        if before is None or before.name != step.name or _flags(before) != _flags(step):
            return False
        if step.name == "RUN":
            return all(len(one.commands.items) == 1 and not one.node.heredocs for one in (before, step))
        words, others = step.node.words, before.node.words
        copies = step.name in ("COPY", "ADD") and len(words) > 1 and len(others) > 1
        return copies and words[-1].text == others[-1].text

    @property
    def _before(self) -> Step | None:
        """The instruction just above, in the same stage."""
        own = self.step.stage.own if self.step.stage is not None else []
        at = bisect_left(own, self.step.at, key=lambda step: step.at)
        triggers = self.step.onbuild or self.step.triggered or not at or own[at - 1].onbuild or own[at - 1].triggered
        return None if triggers else own[at - 1]

    @cached_property
    def hidden_failure(self) -> Fact[str]:
        """The command whose failure a pipe of a RUN hides, as no `pipefail` is set."""
        by_itself = self.step.node.json  # `["/bin/sh", "-c", "a | b"]` has nothing from SHELL
        if self.step.name == "RUN" and (by_itself or self._is_posix):
            sure = by_itself or not self._is_plain_sh
            for command in self.step.commands:
                if _hides(command) and not (sure and "pipefail" in command.command.options):
                    return Fact(command.command.name, command.span)
        return Fact(None, self.step.span)

    @property
    def _is_posix(self) -> bool:
        shell = self.step.shell.known
        return not shell or shell[0].replace("\\", "/").rpartition("/")[2] in _POSIX_SHELLS

    @property
    def _is_plain_sh(self) -> bool:
        """Whether SHELL asks a plain `sh` for pipefail, of which nobody knows that it has it."""
        shell = self.step.shell.known
        return shell is not None and shell != () and shell[0] in ("/bin/sh", "sh") and "pipefail" in shell

    @cached_property
    def unchecked_heredoc(self) -> bool:
        """Whether it is a heredoc of several commands that goes on after one that fails."""
        if self.step.name != "RUN" or not self.step.node.heredocs or not _SCRIPT.match(self.step.node.argument.text):
            return False
        commands = [command.command for command in self.step.commands if command.command.dialect == "sh"]
        apart = [one for one in commands if one.before in ("\n", ";", "newline") and not one.nesting]
        return bool(apart) and all("errexit" not in one.options for one in commands)

    @cached_property
    def update_alone(self) -> Fact[str]:
        """The command by which a RUN fetches the index that only later ones install from."""
        return self._fetched(relied_on=True)

    @cached_property
    def update_unused(self) -> Fact[str]:
        """The command by which a RUN fetches an index that no command of it or of later ones installs from."""
        return self._fetched(relied_on=False)

    def _fetched(self, relied_on: bool) -> Fact[str]:
        from dockguard.formats.dockerfile.commands.installs import fetches_index

        used: set[str] = set()
        for command, call in reversed(list(self._calls) if self.step.name == "RUN" else []):
            if call.action in _USES and (call.packages or not fetches_index(call)):
                used.add(call.family)
            elif not relied_on and call.action != "update":  # an upgrade uses what it fetches
                continue
            elif fetches_index(call) and call.family not in used and self._is_relied_on(call.family) == relied_on:
                cached = any((mount.target.known or "").startswith(_CACHES) for mount in self.step.mounts)
                verb = command.words[0] if call.verb.startswith("-") else call.verb
                return Fact(None if cached else f"{call.name} {verb}", command.span)
        return Fact(None, self.step.span)

    def _is_relied_on(self, family: str) -> bool:
        """Whether a later instruction installs by the index that this one fetches."""
        stage = self.step.stage
        return stage is not None and stage.unrefreshed.get(family, -1) > self.step.at

    @property
    def _calls(self) -> Iterator[tuple[RunCommand, PackageCall]]:
        for command in self.step.commands:
            if command.call is not None:
                yield command, command.call

    @property
    def not_on_windows(self) -> Fact[str]:
        """The flag or the instruction that the Windows container that it is for does not take."""
        from dockguard.formats.dockerfile.windows import unsupported

        return unsupported(self.step)

    @cached_property
    def self_reference(self) -> Fact[str]:
        """A variable that an ENV both sets and uses, and that has no value yet where it is used."""
        pairs = self.step.node.pairs if self.step.name == "ENV" else ()
        names = {pair.name.text for pair in pairs}
        for pair in pairs if len(pairs) > 1 else ():
            if pair.value is not None and "$" in pair.value.text:
                for name in self.step.expand(pair.value).unset:
                    if name in names and name != pair.name.text:
                        return Fact(name, pair.value.span)
        return Fact(None, self.step.span)


@dataclass(eq=False)
class StageForm:
    """How one stage is named, and what its FROM and its commands ask for."""

    stage: Stage

    @property
    def repeated_name(self) -> bool:
        """Whether an earlier stage has its name."""
        stage = self.stage
        return bool(stage.name) and any(other.name == stage.name for other in stage.siblings[: stage.index])

    @cached_property
    def answers_apt(self) -> bool:
        """Whether a line of the file configures apt to go on without an answer; ask the first stage, for all."""
        return _ASSUMED.search(self.stage.span.source.text) is not None

    @property
    def is_for_developers(self) -> bool:
        """Whether the image that it is part of is for developers or tests, by the final stage's name or the file's."""
        from dockguard.common.developers import file_for_developers, stage_for_developers

        final = next((one for one in self.stage.siblings if one.final), self.stage)
        return stage_for_developers(final.name) or file_for_developers(final.span.source.path)

    @property
    def is_reserved(self) -> bool:
        """Whether its name means something else to BuildKit: `scratch`, `context`."""
        return self.stage.name in ("scratch", "context")

    @cached_property
    def _platform(self) -> Fact[str]:
        flag = self.stage.node.flag("platform")
        text = (flag.value or "").strip("\"'") if flag is not None else ""
        return Fact(text or None, flag.span if flag is not None else self.stage.span)

    @property
    def fixed_platform(self) -> Fact[str]:
        """Its `--platform`, when that is a constant and its own name does not tell the platform."""
        text = self._platform.known or "$"
        arch = text.rpartition("/")[2].lower()
        told = "$" in text or (arch and arch in self.stage.name)
        return Fact(None if told else text, self._platform.span)

    @property
    def redundant_platform(self) -> Fact[str]:
        """Its `--platform`, when that is the one that it would have anyway."""
        text = self._platform.known
        return Fact(text if text in ("$TARGETPLATFORM", "${TARGETPLATFORM}") else None, self._platform.span)

    @cached_property
    def second_fetcher(self) -> Fact[str]:
        """The later one of curl and wget, where its commands use both."""
        from dockguard.formats.dockerfile.commands.downloads import second_fetcher

        return second_fetcher(self.stage)

    @cached_property
    def is_lowercase(self) -> bool:
        """Whether most instructions of the file are written in lower case, those before the first FROM left out."""
        steps = (step for stage in self.stage.siblings for step in (stage.head, *stage.own) if not step.onbuild)
        texts = [step.node.keyword.text for step in steps]
        return sum(map(str.islower, texts)) > sum(map(str.isupper, texts))

    @property
    def opens_lowercase(self) -> Fact[str]:
        """Its FROM where it is the first one of a file in lower case."""
        first = self.stage.index == 0 and self.is_lowercase
        return Fact(self.stage.node.keyword.text if first else None, self.stage.node.keyword)

    @cached_property
    def has_curlrc(self) -> bool:
        """Whether it brings a configuration of curl, which may have any option."""
        from dockguard.formats.dockerfile.commands.curl import has_curlrc

        return has_curlrc(self.stage)


def _flags(step: Step) -> tuple[tuple[str, str | None], ...]:
    return tuple((flag.name, flag.value) for flag in step.node.flags)


def _hides(command: RunCommand) -> bool:
    one = command.command
    if one.dialect != "sh" or one.after not in _PIPES or not one.name or command.name in _CANNOT_FAIL:
        return False
    following = [word.text for word in one.element.next.words[:2]] if one.element.next is not None else []
    if following[:1] == ["head"]:
        return False  # it closes the pipe early, which pipefail would take for a failure
    runner = following[1:] if following[:1] == ["sudo"] else following[:1]
    return command.name not in FETCHERS or not runner or runner[0] not in INTERPRETERS  # what comes then is worse
