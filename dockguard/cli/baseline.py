"""`dockguard baseline`."""

from __future__ import annotations

from collections import Counter
from typing import Any

import click

from dockguard.cli.check import asked, selection
from dockguard.record import replace
from dockguard.settings import BASELINE


def _file(function: Any) -> Any:
    help = f"The baseline; by default the configuration's, else {BASELINE}."
    return click.option("--baseline", metavar="FILE", help=help)(selection(function))


@click.group("baseline")
def command() -> None:
    """Write down the known findings, so that only new ones count."""


@command.command("create")
@_file
@click.option("--force", is_flag=True, help="Replace the file that is there.")
def create(baseline: str | None, force: bool, **options: Any) -> None:
    """Accept all that is found today below PATH."""
    from dockguard import baseline as book

    job = _Job(baseline, options)
    job.write(book.create(job.run.reports), overwrite=force)


@command.command("update")
@_file
@click.option("--allow-growth", is_flag=True, help="Accept new findings, too.")
def update(baseline: str | None, allow_growth: bool, **options: Any) -> None:
    """Bring the counts up to date; without --allow-growth they only fall."""
    from dockguard import baseline as book

    job = _Job(baseline, options)
    job.write(book.update(job.old(), job.run.reports, allow_growth=allow_growth, judged=job.judged))


@command.command("prune")
@_file
def prune(baseline: str | None, **options: Any) -> None:
    """Drop what is no longer found."""
    from dockguard import baseline as book

    job = _Job(baseline, options)
    job.write(book.prune(job.old(), job.run.reports, job.judged))


@command.command("show")
@_file
def show(baseline: str | None, **options: Any) -> None:
    """List the known findings by rule."""
    from dockguard.render.terminal import safe

    job = _Job(baseline, options)
    known = job.old()
    for entry in sorted(known, key=lambda entry: (entry.rule, entry.path, entry.subject)):
        click.echo(safe(f"{entry.count:4}  {entry.rule}  {entry.path}  {entry.subject}"))
    rules = Counter(entry.rule for entry in known)
    click.echo(f"{len(known)} known findings of {len(rules)} rules in {job.path}")


class _Job:
    """The run that a baseline is compared with, and where its file lies."""

    def __init__(self, file: str | None, options: Any) -> None:
        from dockguard.session import begin

        ask = asked(**options, baseline=file)
        session = begin(ask)
        self.path = session.baseline or _beside(session.prefix, BASELINE)
        self.session = replace(session, ask=replace(ask, baseline=""))
        self._run: Any = None

    @property
    def run(self) -> Any:
        """All that is found; a run that is not whole makes no baseline."""
        from dockguard.run import check_session

        if self._run is None:
            self._run = check_session(self.session)
            if self._run.problems and not self._run.tolerant:
                messages = "\n".join(f"  {problem.message}" for problem in self._run.problems)
                raise click.ClickException(f"not everything could be read, so there is no baseline:\n{messages}")
        return self._run

    def old(self) -> Any:
        """The file as it is."""
        from dockguard import baseline as book
        from dockguard.finding import Problem

        found = book.read(self.session.workspace, self.path)
        if isinstance(found, Problem):
            raise click.ClickException(f"{found.message}; {found.help}")
        return found

    def judged(self, entry: Any) -> bool:
        """Whether an entry's file was looked at."""
        return any(entry.path == path for path, _ in self.run.files) or self.session.workspace.entry(entry.path) == ""

    def write(self, known: Any, overwrite: bool = True) -> None:
        """Put the file in place."""
        from dockguard import baseline as book

        root = self.session.workspace.root
        assert root is not None
        try:
            book.write(root, self.path, known, overwrite=overwrite)
        except (book.BaselineError, OSError) as error:
            raise click.ClickException(str(error)) from None
        click.echo(f"{self.path}: {len(known)} known findings")


def _beside(prefix: str, name: str) -> str:
    from dockguard.workspace import join

    return join(prefix, name)
