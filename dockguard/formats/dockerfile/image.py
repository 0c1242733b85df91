"""The image that a build gives, as rules see it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dockguard.lazy import cached_property
from dockguard.record import dataclass
from dockguard.source import Fact, Many, Source, Span
from dockguard.stack.pieces import BuildRequest, User

if TYPE_CHECKING:
    from dockguard.formats.dockerfile.commands.checks_off import CheckOff
    from dockguard.formats.dockerfile.commands.downloads import Download
    from dockguard.formats.dockerfile.commands.installs import Installed
    from dockguard.formats.dockerfile.files.context import Context
    from dockguard.formats.dockerfile.files.copies import Copy
    from dockguard.formats.dockerfile.leaks import SecretText
    from dockguard.formats.dockerfile.model import Stage, Step
    from dockguard.formats.dockerfile.parts import Account, Leak
    from dockguard.formats.dockerfile.references import ImageReference
    from dockguard.formats.dockerfile.text.tree import Tree


@dataclass(eq=False)
class Image:
    """What a build gives: the final stage with everything that it inherits."""

    tree: Tree
    request: BuildRequest | None
    stages: Many[Stage]
    final: Stage
    before: tuple[Step, ...]  # ARG and others before the first FROM
    context: Context
    requested_by: tuple[str, ...] = ()
    of_service: bool = False  # a Compose service builds it
    has_from: bool = True  # False: no FROM anywhere, and `final` is only a place for what stands there
    missing_target: str = ""  # the stage that was asked for and is not there; `final` is the last one then

    @property
    def span(self) -> Span:
        """The FROM of its final stage."""
        return self.final.span

    @property
    def subject(self) -> str:
        """Its address: `image production` for a target, `image` for the last stage."""
        target = self.target.known
        return f"image {target}" if target else "image"

    @property
    def path(self) -> str:
        """The Dockerfile."""
        return self.tree.source.path

    @property
    def sources(self) -> tuple[Source, ...]:
        """The Dockerfile, and its ignore file."""
        ignore = self.context.ignore
        return (self.tree.source,) if ignore is None else (self.tree.source, ignore.source)

    @property
    def target(self) -> Fact[str]:
        """The stage that was asked for; absent for the last one."""
        return self.request.target if self.request else Fact(None, self.tree.source.whole)

    @property
    def base(self) -> Fact[str]:
        """The external image that it stands on, variables replaced."""
        return self.final.base

    @property
    def user(self) -> Fact[User]:
        """Who it starts as: the last USER, inherited ones too; else the base image's; absent where nobody knows."""
        return self.final.settings.user

    @property
    def workdir(self) -> Fact[str]:
        """Its working directory."""
        return self.final.settings.workdir

    @property
    def entrypoint(self) -> Fact[tuple[str, ...]]:
        """Its ENTRYPOINT; the shell form with its shell."""
        return self.final.settings.entrypoint

    @property
    def cmd(self) -> Fact[tuple[str, ...]]:
        """Its CMD; the shell form with its shell."""
        return self.final.settings.cmd

    @property
    def healthcheck(self) -> Fact[tuple[str, ...]]:
        """Its HEALTHCHECK as Docker keeps it: `NONE`, or `CMD`/`CMD-SHELL` and the command."""
        return self.final.settings.healthcheck

    @property
    def stop_signal(self) -> Fact[str]:
        """Its STOPSIGNAL."""
        return self.final.settings.stop_signal

    @property
    def ports(self) -> Many[Fact[str]]:
        """What it EXPOSEs, as `80/tcp` or `80-90`, inherited ones too."""
        return Many(self.final.settings.ports, self.span, self._unseen)

    @property
    def volumes(self) -> Many[Fact[str]]:
        """Its VOLUMEs, inherited ones too."""
        return Many(self.final.settings.volumes, self.span, self._unseen)

    @property
    def env(self) -> Mapping[str, Fact[str]]:
        """What ENV leaves in it, by name, inherited ones too."""
        return self.final.settings.env

    @property
    def labels(self) -> Mapping[str, Fact[str]]:
        """Its LABELs, inherited ones too."""
        return self.final.settings.labels

    @property
    def _unseen(self) -> str:
        base = self.base.value
        return "" if base == "scratch" else f"the base image {base if isinstance(base, str) else ''} may have more"

    @cached_property
    def instructions(self) -> Many[Step]:
        """Every instruction of the file, FROM and those before it included."""
        stages = (step for stage in self.stages for step in (stage.head, *stage.own))
        return Many((*self.before, *stages), self.tree.source.whole)

    @cached_property
    def steps(self) -> Many[Step]:
        """The instructions whose result it keeps: its final stage's and those of the stages that this one stands on."""
        return Many(tuple(step for stage in self.final.chain for step in stage.own), self.span)

    @property
    def accounts(self) -> Many[Account]:
        """The users created in it."""
        return self.final.accounts

    @property
    def files(self) -> Many[Copy]:
        """What COPY and ADD bring into it."""
        return Many(tuple(copy for stage in self.final.chain for copy in stage.copies), self.span)

    @cached_property
    def secrets(self) -> Many[SecretText]:
        """Secrets that stand in the file in so many words."""
        from dockguard.formats.dockerfile.leaks import secrets

        return Many(tuple(secrets(self)), self.span)

    @cached_property
    def references(self) -> Many[ImageReference]:
        """The images that the file names, stages left out."""
        from dockguard.formats.dockerfile.references import references

        return Many(tuple(references(self)), self.span)

    @cached_property
    def checks_off(self) -> Many[CheckOff]:
        """The verification that the build switches off."""
        from dockguard.formats.dockerfile.commands.checks_off import checks_off

        return Many(tuple(checks_off(self)), self.span)

    @cached_property
    def downloads(self) -> Many[Download]:
        """What the build fetches from the network."""
        from dockguard.formats.dockerfile.commands.downloads import downloads

        return Many(tuple(downloads(self)), self.span)

    @cached_property
    def packages(self) -> Many[Installed]:
        """What package managers install, one for each argument."""
        from dockguard.formats.dockerfile.commands.installs import installed

        return Many(tuple(installed(self)), self.span)

    @cached_property
    def removed_packages(self) -> frozenset[str] | None:
        """The names of the packages that its commands remove; None where only the run time knows."""
        from dockguard.formats.dockerfile.commands.kept import removed

        return removed(self)

    @property
    def is_for_developers(self) -> bool:
        """Whether it is built for developers or tests, by the name of its stage or of its file."""
        return self.final.form.is_for_developers

    @cached_property
    def started(self) -> frozenset[str]:
        """The words of ENTRYPOINT, CMD and HEALTHCHECK, and the base names of those that are paths."""
        words = (*(self.entrypoint.known or ()), *(self.cmd.known or ()), *(self.healthcheck.known or ()))
        several = [part for word in words for part in word.split()]
        return frozenset((*several, *(word.rpartition("/")[2] for word in several)))

    @cached_property
    def removed(self) -> Many[Leak]:
        """Sensitive files that one layer brings and a later one removes."""
        from dockguard.formats.dockerfile.taint import removed

        return Many(tuple(removed(self)), self.span)

    @cached_property
    def crossing(self) -> Many[Leak]:
        """Files with a secret in them that a stage takes from another one."""
        from dockguard.formats.dockerfile.taint import crossing

        return Many(tuple(crossing(self)), self.span)

    @cached_property
    def context_gap(self) -> Fact[str]:
        """Credentials of the context that a copy of everything brings, by name."""
        from dockguard.formats.dockerfile.files.exposure import gap

        return gap(self)

    @cached_property
    def user_unset(self) -> Fact[str]:
        """The variable without a value that its last USER asks for, so that the user is empty: root."""
        from dockguard.formats.dockerfile.users import unset_user

        return unset_user(self.final)

    @cached_property
    def drops_privileges(self) -> bool:
        """Whether it starts by a program that changes to another user: gosu, su-exec, setpriv, supervisord's `user`."""
        from dockguard.formats.dockerfile.users import drops_privileges

        return drops_privileges(self)

    @cached_property
    def own_code(self) -> Fact[str]:
        """The user that it runs as, when that one may change the code that it runs."""
        from dockguard.formats.dockerfile.files.ownership import own_code

        return own_code(self)

    @cached_property
    def first_runner(self) -> Fact[str]:
        """The script runner that is its first process: npm, yarn, pnpm; absent where an init stands before it."""
        from dockguard.formats.dockerfile.commands.process import first_runner

        return first_runner(self)

    @cached_property
    def idle_account(self) -> Fact[str]:
        """A user for people or services that it creates and never becomes."""
        from dockguard.formats.dockerfile.users import idle_account

        return idle_account(self)

    @cached_property
    def named_user(self) -> Fact[str]:
        """The last USER where it is a name, not a number, and not root."""
        from dockguard.formats.dockerfile.users import named_user

        return named_user(self.final)

    @cached_property
    def group_of_root(self) -> Fact[str]:
        """The last USER where it is a number without account and names no group, so that its group is root's."""
        from dockguard.formats.dockerfile.users import group_of_root

        return group_of_root(self)

    @cached_property
    def dropped_groups(self) -> Fact[str]:
        """The groups that its last USER was put into and goes without, as it names one group itself."""
        from dockguard.formats.dockerfile.users import dropped_groups

        return dropped_groups(self)
