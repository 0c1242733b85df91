"""`dockguard version`."""

from __future__ import annotations

import click

from dockguard import __version__


@click.command("version")
def command() -> None:
    """Print the version."""
    click.echo(f"dockguard {__version__}")
