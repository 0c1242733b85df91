"""Commands as rules see them: what they are, what they install, write, and do to accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockguard.common.packages import PackageCall
from dockguard.common.shell import Command, Script
from dockguard.formats.dockerfile.commands.writes import Written
from dockguard.lazy import cached_property
from dockguard.record import dataclass
from dockguard.source import Fact, Many, Span

if TYPE_CHECKING:
    from dockguard.formats.dockerfile.model import Step
    from dockguard.formats.dockerfile.parts import Account, AccountPassword


@dataclass(eq=False)
class RunCommand:
    """A simple command that an instruction runs, shells and wrappers (`sudo`, `env`, `sh -c`) opened."""

    command: Command
    script: Script
    step: Step
    span: Span  # in the Dockerfile

    @cached_property
    def name(self) -> str:
        """The program's base name; "" where only the run time knows it."""
        return self.command.name

    @property
    def subject(self) -> str:
        """Its address: `stage final / RUN apt-get`."""
        return f"{self.step.subject} {self.name}".rstrip()

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The arguments after the name without their quotes; what only the run time knows stands as written."""
        return tuple(word.text for word in self.command.args)

    @cached_property
    def resolved(self) -> Command:
        """The shell's command with the variables replaced that the file sets."""
        from dockguard.formats.dockerfile.commands.resolved import resolved

        return resolved(self)

    @property
    def wrappers(self) -> tuple[str, ...]:
        """The programs that run it, the outermost first: `sudo`, `env`, `timeout`."""
        return self.command.wrappers

    @property
    def is_built(self) -> bool:
        """Whether its stage is part of the build."""
        return self.step.is_built

    @property
    def is_final(self) -> bool:
        """Whether its stage is the final one, or one that the final one stands on."""
        return self.step.is_final

    @cached_property
    def documents(self) -> tuple[str, ...]:
        """The here-documents and here-strings that it reads."""
        strings = [r.target.text for r in self.command.redirects if r.operator == "<<<" and r.target is not None]
        return (*(document.text for document in self.command.documents), *strings)

    @property
    def uses_sudo(self) -> bool:
        """Whether sudo runs it."""
        return self.name == "sudo" or "sudo" in self.wrappers

    @cached_property
    def call(self) -> PackageCall | None:
        """What it asks a package manager to do."""
        from dockguard.common.packages import package_call

        return package_call(self.resolved)

    @property
    def installs(self) -> tuple[str, ...]:
        """The names of the packages that it installs."""
        call = self.call
        if call is None or call.action != "install":
            return ()
        return tuple(package.name for package in call.packages if isinstance(package.name, str))

    @property
    def action(self) -> str:
        """What it asks a package manager to do: install, sync, update, upgrade, remove; "" for any other command."""
        return self.call.action if self.call is not None else ""

    @property
    def manager(self) -> str:
        """The package manager that it is, by its table's name: `apt-get` for apt; "" for any other command."""
        return self.call.manager if self.call is not None else ""

    @property
    def asks(self) -> bool:
        """Whether a package manager may stop and wait for an answer."""
        call = self.call
        wanted = call is not None and call.action in ("install", "install-group", "upgrade", "remove")
        fed = (
            any(one.name in ("yes", "echo", "printf") for one in self.script.feeding(self.command)) if wanted else False
        )
        if call is None or not wanted or fed or call.has("assume-yes"):
            return False
        stage = self.step.stage
        return call.family != "apt" or stage is None or not stage.siblings[0].form.answers_apt

    @property
    def takes_recommends(self) -> bool:
        """Whether apt-get installs recommended packages, too."""
        call = self.call
        return call is not None and call.family == "apt" and call.action == "install" and not call.has("no-recommends")

    @property
    def runs_scripts(self) -> bool:
        """Whether npm, yarn or pnpm run the scripts of what they install."""
        call = self.call
        wanted = call is not None and call.manager in ("npm", "yarn", "pnpm") and call.action in ("install", "sync")
        return call is not None and wanted and not call.has("ignore-scripts")

    @property
    def ignores_lockfile(self) -> bool:
        """Whether it installs a project's dependencies as they are today, lock file or not."""
        call = self.call
        wanted = call is not None and call.manager in ("npm", "yarn", "pnpm", "bun", "bundle") and call.action == "sync"
        return call is not None and wanted and not call.frozen

    @cached_property
    def leftover(self) -> Fact[str]:
        """The package cache that it leaves in the layer."""
        from dockguard.formats.dockerfile.commands.installs import leftover

        return leftover(self)

    @cached_property
    def extra_index(self) -> Fact[str]:
        """The further package index that competes with the public one."""
        from dockguard.formats.dockerfile.commands.installs import extra_index

        return extra_index(self)

    @cached_property
    def weak_key(self) -> Fact[str]:
        """Why the signing key that it takes in is no proof of anything."""
        from dockguard.formats.dockerfile.commands.installs import weak_key

        return weak_key(self)

    @property
    def is_alone(self) -> bool:
        """Whether it is all that its script does."""
        return len(self.script.commands) == 1

    @property
    def changes_shell(self) -> str:
        """How it changes which shell runs, other than by SHELL; "" for any other."""
        from dockguard.formats.dockerfile.habits import shell_change

        return shell_change(self.name, self.words) if self.step.name == "RUN" else ""

    @cached_property
    def ignored_check(self) -> Fact[str]:
        """Why nobody minds whether the checksum or signature that it verifies is right."""
        from dockguard.formats.dockerfile.commands.checks import ignored_check

        return ignored_check(self)

    @cached_property
    def weak_check(self) -> str:
        """The broken hash by which alone it verifies something: `md5sum`; "" for none."""
        from dockguard.formats.dockerfile.commands.checks import weak_check

        return weak_check(self)

    @property
    def is_host_level(self) -> bool:
        """Whether it is a RUN's and works on the kernel or the machine."""
        from dockguard.formats.dockerfile.habits import host_level

        allowed = any(flag.name == "security" for flag in self.step.flags)
        return self.step.name == "RUN" and not allowed and host_level(self.name, self.words)

    @cached_property
    def tampers(self) -> Fact[str]:
        """The file of accounts, logins or the loader that it writes by hand."""
        from dockguard.formats.dockerfile.habits import is_system_file

        found = next((written for written in self.writes if is_system_file(written.path)), None)
        return Fact(found.path if found else None, self.span)

    @property
    def talks(self) -> bool:
        """Whether it is a wget that fills the build's log with its progress."""
        from dockguard.formats.dockerfile.commands.downloads import talks

        return self.step.name == "RUN" and talks(self)

    @property
    def cut_variable(self) -> Fact[str]:
        """A variable without quotes in the middle of a word that the shell cuts into pieces at its blanks."""
        from dockguard.formats.dockerfile.commands.quoting import cut_variable

        return cut_variable(self)

    @property
    def open_glob(self) -> str:
        """Its first argument that begins with a wildcard and may match names that are options; "" for none."""
        from dockguard.formats.dockerfile.commands.quoting import open_glob

        return open_glob(self)

    @property
    def vain_unset(self) -> Fact[str]:
        """The variable of ENV or ARG that it unsets with nothing after it that could notice."""
        from dockguard.formats.dockerfile.commands.unsetting import vain_unset

        return vain_unset(self)

    @property
    def passes_errors(self) -> Fact[str]:
        """The address that a curl of a HEALTHCHECK asks, where an error page is as good as any other to it."""
        from dockguard.formats.dockerfile.commands.curl import passes_errors

        return passes_errors(self)

    @property
    def makes_large_log(self) -> int | None:
        """The account number for which `useradd` writes a huge lastlog."""
        account = self.account if self.name == "useradd" else None
        large = account is not None and account.uid is not None and account.uid > 99_999
        quiet = self.command.flag("-l", "--no-log-init") is not None
        return account.uid if account is not None and large and not quiet else None

    @cached_property
    def fetched_code(self) -> str:
        """The program whose output it runs as code: `curl` for `curl x | sh`; "" for none."""
        from dockguard.formats.dockerfile.commands.downloads import fetched_code

        return fetched_code(self)

    @cached_property
    def writes(self) -> Many[Written]:
        """The files that it writes."""
        from dockguard.formats.dockerfile.commands.writes import writes

        return Many(tuple(writes(self)), self.span)

    @cached_property
    def account(self) -> Account | None:
        """The user that it creates, or gives another number."""
        from dockguard.formats.dockerfile.commands.accounts import accounts, renumbered

        return next(iter(accounts((self,))), None) or renumbered(self)

    @cached_property
    def capabilities(self) -> tuple[str, ...]:
        """The file capabilities that `setcap` gives, in lower case: `cap_sys_admin`, `all`."""
        from dockguard.formats.dockerfile.commands.modes import capabilities

        return capabilities(self)

    @cached_property
    def passwords(self) -> Many[AccountPassword]:
        """The passwords that it gives to accounts, takes away or unlocks."""
        from dockguard.formats.dockerfile.commands.passwords import passwords

        return Many(tuple(passwords(self)), self.span)

    @cached_property
    def joins(self) -> Many[Fact[str]]:
        """The groups that it puts a user into."""
        from dockguard.formats.dockerfile.commands.accounts import joined

        return Many(tuple(Fact(group, self.span) for group in joined(self)), self.span)

    @cached_property
    def world_writable(self) -> str:
        """The mode that it sets, where that lets everybody write; "" otherwise."""
        from dockguard.formats.dockerfile.commands.modes import given_to_everybody, is_temporary, mode_of
        from dockguard.formats.dockerfile.habits import world_writable

        found = world_writable(mode_of(self)) or given_to_everybody(self)
        return "" if found and is_temporary(self) else found

    @property
    def remote_login(self) -> str:
        """The remote login server that it installs or starts; "" for none."""
        from dockguard.formats.dockerfile.habits import remote_login

        return remote_login(self.name, self.words, self.installs)

    @cached_property
    def special_bits(self) -> Fact[str]:
        """The set-user-id and set-group-id bits that it sets on files, in words."""
        from dockguard.formats.dockerfile.commands.modes import command_bits

        return command_bits(self)

    @property
    def on_folder(self) -> bool:
        """Whether the mode that it sets is plainly a folder's."""
        from dockguard.formats.dockerfile.commands.modes import on_folder

        return on_folder(self)

    @cached_property
    def written_secret(self) -> Fact[str]:
        """The secret variable whose value it puts into a file or a tool's configuration."""
        from dockguard.formats.dockerfile.taint import written_secret

        return written_secret(self)
