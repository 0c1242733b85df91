"""`dockguard rules`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("rules")
@click.option("-f", "--format", "format", default="text", type=click.Choice(["text", "json"]), help="Of stdout.")
@click.option("--select", multiple=True, help="Only these: rules, families, globs, @tags.")
@click.option("--policy", metavar="NAME|FILE", help="Those of a policy, with its severities and options.")
@click.option("--rules", "folders", multiple=True, metavar="DIR", help="Further folders of rule pages.")
@click.option("--allow-code", is_flag=True, help="Let pages of --rules run their Python siblings.")
def command(
    format: str, select: tuple[str, ...], policy: str | None, folders: tuple[str, ...], allow_code: bool
) -> None:
    """List the rules, with severity, profile and title."""
    from dockguard.pack import BadRule
    from dockguard.render import rules_list
    from dockguard.rulebook import rulebook
    from dockguard.select import reach, selector_problems

    words = tuple(word.strip() for part in select for word in part.split(","))
    book = rulebook([Path(folder) for folder in folders], allow_code)
    try:
        rules = sorted(book.rules(), key=lambda rule: rule.id)
    except (BadRule, OSError) as error:
        raise click.ClickException(str(error)) from None
    for problem in selector_problems(words, book.catalogue(), "--select"):
        raise click.UsageError(f"{problem.message}; {problem.help}")
    wanted = [rule for rule in rules if not words or any(reach(word, rule) for word in words)]
    more = {}
    if policy is not None:
        from dockguard.cli import policies

        chosen = policies.named(policy, book)
        wanted, more = policies.under(chosen, wanted), policies.keys(chosen)
    click.echo(rules_list.as_json(wanted, more) if format == "json" else rules_list.table(wanted), nl=False)
