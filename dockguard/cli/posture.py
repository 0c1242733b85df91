"""`dockguard posture`: the effective state, services × controls and hosts × headers."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import click

from dockguard.cli.check import colored, toml, width
from dockguard.settings import Ask

FORMATS = {"text": "text", "json": "json_v1", "markdown": "markdown"}


@click.command("posture")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("-f", "--format", "format", default="text", type=click.Choice(list(FORMATS)), help="Of stdout.")
@click.option(
    "--variant",
    default="worst",
    metavar="worst|each|NAME",
    help="Of a project's file sets: the worst of each cell, each set for itself, or one by a part of its name.",
)
@click.option("--policy", "policies", multiple=True, metavar="NAME|FILE", help="Judge services by this; repeatable.")
@click.option("--exclude", multiple=True, metavar="GLOB", help="Paths that a search leaves out.")
@click.option("--config", metavar="FILE", callback=toml, help="This configuration, a .toml file.")
@click.option("--isolated", is_flag=True, help="No configuration file.")
@click.option("--compose-file", "compose_files", multiple=True, metavar="FILE", help="As `docker compose -f`.")
@click.option("--compose-profile", "compose_profiles", multiple=True, metavar="NAME", help="As `--profile` there.")
@click.option("--env-file", "env_files", multiple=True, metavar="FILE", help="As `--env-file` there.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Colours in text.")
@click.pass_context
def command(
    ctx: click.Context, /, paths: tuple[str, ...], format: str, variant: str, policies: tuple[str, ...], **options: Any
) -> None:
    """Show the effective state below PATH (default `.`): services × controls, hosts × headers; `?` is no ok."""
    from dockguard.posture.build import posture
    from dockguard.render import text

    color = options.pop("color")
    found, run = posture(Ask(paths=paths or (".",), **options), policies, variant)
    if run.problems:
        click.echo(text.problems(run, color=colored(color, sys.stderr), width=width()), err=True, nl=False, color=True)
    render = import_module(f"dockguard.posture.{FORMATS[format]}").render
    painted = format == "text" and colored(color, sys.stdout)
    click.echo(render(found, run, color=painted, width=width()), nl=False, color=True)
    ctx.exit(found.exit_code)
