"""The command line; a command is a few lines that call the library, and is imported when it is typed."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from importlib import import_module
from typing import Any

import click

COMMANDS = {
    "check": "Judge what will really run.",
    "rules": "List the rules.",
    "explain": "Explain a rule, a kind of node, or what is found at FILE:LINE.",
    "posture": "Show the effective state: services and hosts, control by control.",
    "effective": "Print the resolved stack as JSON.",
    "baseline": "Write down the known findings, so that only new ones count.",
    "test": "Run the examples of a folder of rule pages.",
    "version": "Print the version.",
}


class _ClosedPipe(Exception):
    """Nobody reads our output any more. Of a BrokenPipeError click makes an exit with 1, which means findings."""


class _Lazy(click.Group):
    """A group whose commands are modules of this package."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise _ClosedPipe from error

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"dockguard.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list for --help, without importing the commands."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value:
        from dockguard import __version__

        click.echo(f"dockguard {__version__}")
        ctx.exit()


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version", is_flag=True, expose_value=False, is_eager=True, callback=_version, help="Print the version."
)
def cli() -> None:
    """Security policy linter for Dockerfiles, Compose files and nginx, judged on what will really run."""


def main(arguments: list[str] | None = None) -> None:
    """The entry point: exit 2 for whatever is not trustworthy, 130 for an interrupt, 141 for a closed pipe."""
    gc.set_threshold(100_000)  # a run makes few cycles; looking for them takes a tenth of a small one
    for stream in (sys.stdout, sys.stderr):
        _utf8(stream)
    try:
        code = cli.main(arguments, prog_name="dockguard", standalone_mode=False) or 0  # the code of ctx.exit
    except click.Abort:
        code = 130
    except click.ClickException as error:
        error.show()
        code = 2
    except _ClosedPipe:
        _drop(sys.stdout)
        code = 141
    except Exception:
        _crash()
        code = 2
    if arguments is None:
        _leave(code)
    sys.exit(code)


def _leave(code: int) -> None:
    """Ends the process without taking its memory apart, which takes a tenth of any run.

    Where somebody traces us or a stream cannot be flushed, the interpreter ends as it always does.
    """
    if sys.gettrace() is None and sys.getprofile() is None:
        with suppress(OSError, ValueError, AttributeError):
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)


def _crash() -> None:
    """An error of ours. Left to the interpreter it would end with 1, which means findings."""
    import traceback

    traceback.print_exc()
    click.echo("this is an error in dockguard; please report it with the lines above", err=True)


def _drop(stream: Any) -> None:
    """What is left in a buffer goes nowhere; else the interpreter fails at its end, with a code of its own."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _utf8(stream: Any) -> None:
    """Findings quote files, which may hold any character; a narrow console must not stop us."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="backslashreplace")
