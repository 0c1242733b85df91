"""`dockguard check`."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from dockguard.render import FORMATS
from dockguard.report import Run
from dockguard.rule import PROFILES
from dockguard.settings import BASELINE, Ask

LEVELS = ("critical", "high", "medium", "low")


def _words(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    """Repeatable options that also take comma lists."""
    return tuple(word.strip() for part in value for word in part.split(",") if word.strip())


def toml(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """The name of a configuration file."""
    # A file name in a hook must never install a policy: Compose and nginx files do not end in .toml.
    if value is not None and not value.endswith(".toml"):
        raise click.BadParameter(f"{value} does not end in .toml")
    return value


def _kinds(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    from dockguard import formats

    pairs = tuple(tuple(part.split("=", 1)) for part in value)
    for pair in pairs:
        if len(pair) != 2 or pair[0] not in formats.FORMATS:
            raise click.BadParameter(f"KIND=GLOB, where KIND is one of {', '.join(formats.FORMATS)}")
    return pairs  # type: ignore[return-value]


def selection(function: Any) -> Any:
    """The options that decide what is judged, and by which rules."""
    for option in reversed(_SELECTION):
        function = option(function)
    return function


_SELECTION = (
    click.argument("paths", nargs=-1, metavar="[PATH|-]..."),
    click.option("--profile", type=click.Choice(PROFILES), help="Which rules: each contains the one before."),
    click.option(
        "--policy", metavar="NAME|FILE", help="A policy in place of a profile: baseline, restricted, a .toml."
    ),
    click.option("--select", multiple=True, callback=_words, help="Exactly these: rules, families, globs, @tags."),
    click.option("--extend-select", multiple=True, callback=_words, help="These too."),
    click.option("--ignore", multiple=True, callback=_words, help="Not these."),
    click.option("--exclude", multiple=True, metavar="GLOB", help="Paths that a search leaves out."),
    click.option("--kind", "kinds", multiple=True, metavar="KIND=GLOB", callback=_kinds, help="What files are."),
    click.option("--config", metavar="FILE", callback=toml, help="This configuration, a .toml file."),
    click.option("--isolated", is_flag=True, help="No configuration file."),
    click.option("--rules", multiple=True, metavar="DIR", help="Further folders of rule pages."),
    click.option("--allow-code", is_flag=True, help="Let pages of --rules run their Python siblings."),
    click.option("--compose-file", "compose_files", multiple=True, metavar="FILE", help="As `docker compose -f`."),
    click.option("--compose-profile", "compose_profiles", multiple=True, metavar="NAME", help="As `--profile` there."),
    click.option("--env-file", "env_files", multiple=True, metavar="FILE", help="As `--env-file` there."),
    click.option("--stdin-filename", default="", metavar="PATH", help="The name of what `-` reads."),
    click.option("--allow-empty", is_flag=True, help="Nothing to check is no error."),
    click.option("--allow-unknown", is_flag=True, help="Named files of other kinds are left out (for hooks)."),
    click.option("--allow-incomplete", is_flag=True, help="What cannot be read is a warning."),
    click.option("--no-ignores", is_flag=True, help="Comments silence nothing."),
)


@click.command("check")
@selection
@click.option("-f", "--format", "format", default="text", type=click.Choice(list(FORMATS)), help="Of stdout.")
@click.option("--report", "files", multiple=True, metavar="FORMAT=PATH", help="Write a further output; repeatable.")
@click.option("--fail-on", type=click.Choice([*LEVELS, "never"]), help="The gate of exit code 1; high by default.")
@click.option("--min-severity", type=click.Choice(LEVELS), help="Leave out what is below.")
@click.option("--baseline", metavar="FILE", help=f"Known findings, which do not count; by default {BASELINE}.")
@click.option("--show-suppressed", is_flag=True, help="List what is suppressed, too.")
@click.option("--show-files", is_flag=True, help="Print what would be checked, as what and why, and stop.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Colours in text.")
@click.option("-v", "--verbose", is_flag=True, help="More places, and what only the run time knows.")
@click.pass_context
def command(ctx: click.Context, /, format: str, files: tuple[str, ...], color: str, **options: Any) -> None:
    """Judge what will really run: Dockerfiles, Compose files and nginx configurations below PATH (default `.`)."""
    verbose, suppressed = options.pop("verbose"), options.pop("show_suppressed")
    show_files = options.pop("show_files")
    wanted = [_report(part) for part in files]
    ask = asked(**options)
    if show_files:
        from dockguard.cli.show_files import show

        click.echo(show(ask))
        return
    from dockguard.run import check

    run = check(ask)
    for name, path in wanted:
        _write(path, _rendered(name, run, verbose, suppressed))
    _talk(run, format, colored(color, sys.stderr))
    out = _rendered(format, run, verbose, suppressed, colored(color, sys.stdout) and format == "text")
    click.echo(out, nl=False, color=True)
    ctx.exit(run.exit_code)


def asked(paths: tuple[str, ...] = (), select: tuple[str, ...] = (), **options: Any) -> Ask:
    """The command line as an Ask; reads stdin for `-`."""
    text = None
    if "-" in paths:
        from dockguard.workspace import decode

        text = decode("-", sys.stdin.buffer.read(1024 * 1024 + 1)).text
    return Ask(paths=paths or (".",), select=select or None, stdin=text, **options)


def run_for(paths: tuple[str, ...], profile: str | None = None) -> Run:
    """A plain run over paths, for other commands."""
    from dockguard.run import check

    return check(Ask(paths=paths, profile=profile))


def _report(part: str) -> tuple[str, str]:
    name, equals, path = part.partition("=")
    if not equals or not path or name not in FORMATS:
        raise click.BadParameter(
            f"`{part}` is not FORMAT=PATH with a FORMAT of {', '.join(FORMATS)}", param_hint="--report"
        )
    return name, path


def _rendered(name: str, run: Run, verbose: bool, suppressed: bool, color: bool = False) -> str:
    from dockguard.render import renderer

    return renderer(name)(run, color=color, width=width(), verbose=verbose, suppressed=suppressed)


def width() -> int:
    """Columns of an output for people: COLUMNS, else those of the terminal; 100 at most, and where there is none."""
    columns = os.environ.get("COLUMNS", "")
    return max(60, min(100, int(columns) if columns.isdigit() else _terminal()))


def _terminal() -> int:
    """Columns of the terminal that stdout is; 100 for a file or a pipe."""
    try:
        return os.get_terminal_size(1).columns or 100
    except OSError:
        return 100


def _write(path: str, text: str) -> None:
    from dockguard.atomic import write

    try:
        write(path, text)
    except OSError as error:
        raise click.ClickException(f"cannot write {path}: {error.strerror or error}") from None


def _talk(run: Run, format: str, color: bool) -> None:
    """What was read and what could not be, on stderr; errors are told beside every format."""
    from dockguard.render import text

    if format == "text":
        click.echo(text.header(run, color=color, width=width()), err=True, color=True)
    if run.problems:
        click.echo(text.problems(run, color=color, width=width()), err=True, nl=False, color=True)


def colored(choice: str, stream: Any) -> bool:
    """--color, then NO_COLOR, then FORCE_COLOR, then whether it is a terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR") or os.environ.get("CLICOLOR_FORCE"):
        return True
    return bool(stream.isatty()) and os.environ.get("TERM") != "dumb"
