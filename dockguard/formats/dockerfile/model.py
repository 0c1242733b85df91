"""Stages and instructions as rules see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockguard.formats.dockerfile.commands.file_uses import FileUses
from dockguard.formats.dockerfile.files.context import Context
from dockguard.formats.dockerfile.forms import Form, StageForm
from dockguard.formats.dockerfile.parts import Account, FlagValue, Leak, MountFlag, Undefined, Variable
from dockguard.formats.dockerfile.places import Places
from dockguard.formats.dockerfile.settings import Settings
from dockguard.formats.dockerfile.text.tree import COPIES, UNEXPANDED, Instruction, Word
from dockguard.formats.dockerfile.variables.scope import END, Expanded, Scope
from dockguard.lazy import cached_property
from dockguard.record import dataclass, field
from dockguard.source import Fact, Many, Source, Span
from dockguard.stack.pieces import User

if TYPE_CHECKING:
    from dockguard.formats.dockerfile.commands.runs import RunCommand
    from dockguard.formats.dockerfile.files.copies import Copy

_NOWHERE: Span = Source("", "").whole


@dataclass(eq=False)
class Step:
    """One instruction of a stage; what an ONBUILD carries is a step of its own, with `onbuild`."""

    name: str  # upper-case: `RUN`
    span: Span
    node: Instruction
    stage: Stage | None  # None before the first FROM
    scope: Scope
    at: int
    escape: str
    settings: Settings  # in force before it
    onbuild: bool = False
    triggered: bool = False  # an ONBUILD of the base stage, which runs in this one

    @property
    def subject(self) -> str:
        """Its address: `stage final / RUN`."""
        return f"{self.stage.subject if self.stage else 'global'} / {self.name}"

    @property
    def is_global(self) -> bool:
        """Whether it stands before the first FROM."""
        return self.stage is None

    @property
    def is_built(self) -> bool:
        """Whether its stage is part of the build."""
        return self.stage is None or self.stage.reached

    @property
    def is_final(self) -> bool:
        """Whether its stage is the final one, or one that the final one stands on."""
        return self.stage is not None and self.stage.in_final

    @property
    def user(self) -> Fact[User]:
        """Who it runs as; absent where no USER came before and nobody knows the base image."""
        return self.settings.user

    @property
    def workdir(self) -> Fact[str]:
        """The working directory it starts in."""
        return self.settings.workdir

    @property
    def shell(self) -> Fact[tuple[str, ...]]:
        """The SHELL that runs its shell form; absent for the default."""
        return self.settings.shell

    @property
    def json(self) -> bool:
        """Whether its arguments are a JSON array (exec form)."""
        return self.node.json

    def expand(self, word: Word) -> Expanded:
        """A word with its variables replaced, as this instruction sees them."""
        key = (word.text, word.span)
        if key not in self._expanded:
            more = self.scope.outer if self.name == "ARG" else None
            self._expanded[key] = self.scope.expand(word, self.at, self.escape, more=more)
        return self._expanded[key]

    @cached_property
    def _expanded(self) -> dict[tuple[str, Span], Expanded]:
        """Words as they were expanded: an instruction never sees what later ones set."""
        return {}

    @cached_property
    def argument(self) -> Fact[str]:
        """Everything after its flags, variables replaced; for RUN, CMD and the like as written."""
        word = self.node.argument
        if not word.text:
            return Fact(None, self.span)
        if self.name in UNEXPANDED:
            return Fact(word.text, word.span)
        return self.expand(word).fact

    @cached_property
    def arguments(self) -> Many[Fact[str]]:
        """Its arguments, variables replaced."""
        if self.name in UNEXPANDED or (self.json and self.name not in COPIES):
            return Many(tuple(Fact(word.text, word.span) for word in self.node.words), self.span)
        return Many(tuple(self.expand(word).fact for word in self.node.words), self.span)

    @cached_property
    def flags(self) -> Many[FlagValue]:
        """Its flags, with their values."""
        from dockguard.formats.dockerfile.facets import flag_values

        return Many(tuple(flag_values(self)), self.span)

    @cached_property
    def variables(self) -> Many[Variable]:
        """The variables that it sets: ENV, ARG, LABEL."""
        from dockguard.formats.dockerfile.facets import variables

        return Many(tuple(variables(self)), self.span)

    @cached_property
    def mounts(self) -> Many[MountFlag]:
        """The `--mount` flags of a RUN."""
        from dockguard.formats.dockerfile.facets import mounts

        return Many(tuple(mounts(self)), self.span)

    @cached_property
    def copies(self) -> Many[Copy]:
        """What a COPY or ADD brings, one for each source."""
        from dockguard.formats.dockerfile.files.copies import copies

        return Many(copies(self), self.span)

    @cached_property
    def commands(self) -> Many[RunCommand]:
        """The commands that it runs: of RUN, CMD, ENTRYPOINT and HEALTHCHECK, shells and wrappers opened."""
        from dockguard.formats.dockerfile.commands.command import commands

        return commands(self)

    @cached_property
    def undefined(self) -> Many[Undefined]:
        """Variables that it uses and nothing in scope declares."""
        from dockguard.formats.dockerfile.facets import undefined

        return Many(tuple(undefined(self)), self.span)

    @cached_property
    def fault(self) -> Fact[str]:
        """Why BuildKit refuses it: an unknown instruction or flag, missing arguments, quotes that never end."""
        from dockguard.formats.dockerfile.facets import fault

        return fault(self)

    @cached_property
    def persisted(self) -> Many[Leak]:
        """Its secret mounts that a command copies into the image."""
        from dockguard.formats.dockerfile.taint import persisted_mount

        return Many(tuple(persisted_mount(self)), self.span)

    @cached_property
    def removals(self) -> dict[str, int]:
        """The files and folders that its commands remove, as written, to where in the text the last one does."""
        from dockguard.formats.dockerfile.taint import removals

        return removals(self)

    @cached_property
    def leftovers(self) -> dict[int, tuple[str, ...]]:
        """The folders of the package caches that it leaves in its layer, by the id of the call that made them."""
        from dockguard.formats.dockerfile.commands.installs import leftovers

        return leftovers(self)

    @cached_property
    def cleans_archives(self) -> bool:
        """Whether it removes the packages that apt has fetched."""
        return any(one.manager == "apt-get" and one.action == "clean" for one in self.commands)

    @cached_property
    def verifies(self) -> bool:
        """Whether it checks the checksum or the signature of something."""
        from dockguard.formats.dockerfile.commands.downloads import verifies

        return any(map(verifies, self.commands))

    @cached_property
    def checkout(self) -> str:
        """The ref that its last `git checkout` goes to, "" for none."""
        from dockguard.formats.dockerfile.commands.clones import checkout

        return checkout(self)

    @cached_property
    def file_uses(self) -> FileUses:
        """The files that its commands run or install."""
        return FileUses((self,))

    @cached_property
    def texts(self) -> Many[Fact[str]]:
        """The texts that it writes: its line as joined, and the bodies of its heredocs."""
        from dockguard.formats.dockerfile.facets import texts

        return Many(tuple(texts(self)), self.span)

    @cached_property
    def checks_well(self) -> bool:
        """Whether one of its commands verifies something by a signature or a good checksum."""
        from dockguard.formats.dockerfile.commands.checks import checks_well

        return checks_well(self)

    @cached_property
    def temporary(self) -> frozenset[str]:
        """The shell variables of its script that hold temporary files."""
        from dockguard.formats.dockerfile.commands.modes import temporary

        return temporary(self)

    @cached_property
    def form(self) -> Form:
        """How it is written."""
        return Form(self)

    @cached_property
    def places(self) -> Places:
        """The paths that it names, where they are doubtful."""
        return Places(self)


@dataclass(eq=False)
class Stage:
    """One FROM and what follows it."""

    index: int
    name: str  # "" where it has none
    span: Span
    node: Instruction
    image: Fact[str]  # what FROM names, variables replaced: a stage or an image
    parent: Stage | None  # the stage that it stands on
    scope: Scope
    escape: str
    start: Settings  # as it begins
    platform: Fact[str]
    error: str = ""
    reached: bool = False  # part of the build
    requested: bool = False  # part of a build that somebody asks for, or with Compose may ask for by its name
    in_final: bool = False
    final: bool = False
    settings: Settings = field(default_factory=lambda: Settings.empty(_NOWHERE))
    own: list[Step] = field(default_factory=list)
    uses: dict[int, Span] = field(default_factory=dict)  # the stages that it copies from or mounts
    context: Context = field(default_factory=Context)
    siblings: list[Stage] = field(default_factory=list)  # every stage of the file
    globals: Scope = field(default_factory=Scope)  # what FROM sees: the ARGs before the first one
    numbers: dict[str, int] = field(default_factory=dict)  # uid by name of the accounts that it creates
    counted: int = 0  # of `own`, whose accounts are in `numbers`

    @property
    def subject(self) -> str:
        """Its address: `stage builder`, `stage 2` without a name."""
        return f"stage {self.name or self.index}"

    @property
    def base(self) -> Fact[str]:
        """The external image that it stands on in the end; `scratch` is one."""
        stage, seen = self, 0
        while stage.parent is not None and seen < 1000:
            stage, seen = stage.parent, seen + 1
        return stage.image

    @property
    def label(self) -> str:
        """As messages name it: `builder`, or its number."""
        return self.name or str(self.index)

    @property
    def user(self) -> Fact[User]:
        """Who it ends as: the last USER, inherited ones too; else the base image's; absent where nobody knows."""
        return self.settings.user

    @cached_property
    def head(self) -> Step:
        """Its FROM."""
        return Step("FROM", self.node.span, self.node, self, self.globals, END, self.escape, self.start)

    @property
    def steps(self) -> Many[Step]:
        """Its instructions in order, FROM left out; what an ONBUILD carries follows it."""
        return Many(tuple(self.own), self.span)

    @cached_property
    def chain(self) -> tuple[Stage, ...]:
        """The stages that it stands on, the first one first, and itself."""
        found: list[Stage] = []
        stage: Stage | None = self
        while stage is not None and len(found) < 1000:
            found.append(stage)
            stage = stage.parent
        return tuple(reversed(found))

    @cached_property
    def commands(self) -> Many[RunCommand]:
        """The commands of its own RUN instructions."""
        many = [step.commands for step in self.own if step.name == "RUN"]
        return Many(
            tuple(command for part in many for command in part), self.span, next((p.open for p in many if p.open), "")
        )

    @cached_property
    def accounts(self) -> Many[Account]:
        """The users that it, and the stages that it stands on, create."""
        from dockguard.formats.dockerfile.commands.accounts import accounts

        found = tuple(account for stage in self.chain for account in accounts(stage.commands))
        return Many(found, self.span)

    @cached_property
    def unrefreshed(self) -> dict[str, int]:
        """Family of package managers -> the last of its instructions that installs by an index which it does not
        fetch itself; a stage that stands on this one comes after all of them.
        """
        found, above = dict(self._unrefreshed), {self.index}
        for other in self.siblings[self.index + 1 :]:
            if other.parent is not None and other.parent.index in above:
                above.add(other.index)
                found.update(dict.fromkeys(other._unrefreshed, END))
        return found

    @cached_property
    def _unrefreshed(self) -> dict[str, int]:
        from dockguard.formats.dockerfile.commands.installs import unrefreshed

        return unrefreshed(self)

    @cached_property
    def file_uses(self) -> FileUses:
        """The files that the commands of its RUN instructions run or install."""
        return FileUses(step for step in self.own if step.name == "RUN")

    @cached_property
    def keeps_archives(self) -> bool:
        """Whether it makes apt keep the packages that it has installed."""
        from dockguard.formats.dockerfile.commands.installs import keeps_archives

        return keeps_archives(self)

    @cached_property
    def rooted_files(self) -> dict[str, int]:
        """The files that its COPY and ADD leave to root, each with the first instruction that does."""
        from dockguard.formats.dockerfile.files.ownership import rooted_files

        found: dict[str, int] = {}
        for step in self.own:
            for path in rooted_files(step):
                found.setdefault(path, step.at)
        return found

    @cached_property
    def extractions(self) -> dict[str, int]:
        """The archives that its commands unpack, by base name, each with the last instruction that does."""
        from dockguard.formats.dockerfile.files.copies import unpacked

        return {name: step.at for step in self.own for name in unpacked(step)}

    @cached_property
    def nameless(self) -> Many[Fact[str]]:
        """User and group names that cannot be looked up because it has no passwd file: its base is empty."""
        from dockguard.formats.dockerfile.users import nameless

        return Many(tuple(nameless(self)), self.span)

    @cached_property
    def form(self) -> StageForm:
        """How it is named and what its FROM asks for."""
        return StageForm(self)

    @cached_property
    def copies(self) -> Many[Copy]:
        """What its own COPY and ADD bring."""
        return Many(tuple(copy for step in self.own for copy in step.copies), self.span)

    def at_end(self, name: str) -> Fact[str] | None:
        """A variable after its last instruction."""
        return self.scope.get(name, END)

    def find(self, name: str) -> Stage | None:
        """The earlier stage that `--from` names, by name or by number."""
        earlier = self.siblings[: self.index]
        if name.isascii() and name.isdigit():
            return earlier[int(name)] if len(name) < 6 and int(name) < len(earlier) else None
        return next((other for other in reversed(earlier) if other.name == name.lower()), None) if name else None
