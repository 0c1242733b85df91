"""`dockguard effective`: the resolved stack as JSON, as Docker Compose, BuildKit and nginx would have it now."""

from __future__ import annotations

import json
import os
from typing import Any

import click


@click.command("effective")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("-f", "--format", "format", default="json", type=click.Choice(["json"]), help="Of stdout.")
@click.option("--compose-file", "compose_files", multiple=True, metavar="FILE", help="As `docker compose -f`.")
@click.option("--compose-profile", "compose_profiles", multiple=True, metavar="NAME", help="As `--profile` there.")
@click.option("--env-file", "env_files", multiple=True, metavar="FILE", help="As `--env-file` there.")
@click.option("--show-secrets", is_flag=True, help="Do not mask the values of secret-looking keys.")
@click.pass_context
def command(ctx: click.Context, /, paths: tuple[str, ...], format: str, show_secrets: bool, **options: Any) -> None:
    """Print the resolved stack below PATH as JSON. Reads the process environment, as Docker Compose does."""
    from dockguard.effective import document
    from dockguard.settings import Ask

    found = document(
        Ask(paths=paths or (".",), isolated=True, allow_empty=True, **options), dict(os.environ), show_secrets
    )
    click.echo(json.dumps(found, indent=2, ensure_ascii=False))
    ctx.exit(2 if found["errors"] else 0)
