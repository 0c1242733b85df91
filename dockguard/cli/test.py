"""`dockguard test DIR`: the examples of a folder of rule pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import click


@click.command("test")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--allow-code", is_flag=True, help="Let pages run their Python siblings.")
@click.option("--accept", is_flag=True, help="Rewrite what the examples expect to what the rules say.")
@click.pass_context
def command(ctx: click.Context, /, folder: Path, allow_code: bool, accept: bool) -> None:
    """Run the examples of the pages below FOLDER, one folder for each family."""
    from dockguard.pack import FAMILIES

    pages = [page for family in FAMILIES for page in sorted((folder / family).glob("*.md"))]
    if not pages:
        raise click.ClickException(f"no pages in {folder}: they lie in {', '.join(FAMILIES)}")
    passed, failures = 0, []
    for page in pages:
        good, bad = _page(page, allow_code, accept)
        passed += good
        failures += bad
    for failure in failures:
        click.echo(failure, err=True)
    click.echo(f"{len(pages)} pages, {passed} examples passed, {len(failures)} failed")
    ctx.exit(1 if failures else 0)


def _page(path: Path, allow_code: bool, accept: bool) -> tuple[int, list[str]]:
    """How many examples hold, and what is wrong with the others."""
    from dockguard import testing
    from dockguard.pack import BadRule, read
    from dockguard.pack.load import understand
    from dockguard.report import Report
    from dockguard.run import every_kind, judge_texts

    name = f"{path.parent.name}/{path.stem}"
    try:
        page = read(f"{name}.md", path.read_text(encoding="utf-8"), str(path.parent))
        rule = understand(page, name, path, every_kind(), code=allow_code, check=True)
    except BadRule as error:
        return 0, [str(error)]

    def check(files: Mapping[str, str]) -> Iterable[Report]:
        return judge_texts(files, [rule])

    if accept:
        path.write_text(testing.accepted(page, check), encoding="utf-8", newline="\n")
        return _page(path, allow_code, False)
    cases = list(testing.cases(page))
    failures = [f"{name}: {case.name}\n{wrong}" for case in cases if (wrong := testing.failure(case, check))]
    return len(cases) - len(failures), failures
