"""How many small faults the tests notice: `python -m tests.mutation [--sample 400] [--seed 1]`.

Cosmic Ray changes one operator or number at a time in a copy of the project and runs the tests of
that room. Annotations are left out: they are not behavior. Mutants that no test could tell from the
original are listed in mutation_equivalent.toml with the reason, and do not count. Survivors are
printed; the exit code is 1 where less than 85 % were noticed.
"""

import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
import click

ROOT = Path(__file__).parents[1]
EQUIVALENT = Path(__file__).with_name("mutation_equivalent.toml")
GOAL = 0.85
Span = tuple[tuple[int, int], tuple[int, int]]
TIMEOUT = 120  # seconds for the tests of one mutant; a mutant that hangs is noticed
# What is changed, and the tests that have to notice.
ROOMS: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
    "stats": (["advisor/stats"], ["tests/stats"]),
    "metrics": (["advisor/metrics"], ["tests/metrics", "tests/judge", "tests/document"]),
    "plan": (
        ["advisor/plan"],
        ["tests/plan", "tests/document", "tests/end_to_end"],
    ),
    "combine": (
        ["advisor/ingest/combination.py", "advisor/ingest/deduplicate.py"],
        ["tests/ingest"],
    ),
}


@attrs.frozen
class Mutant:
    """One change: what Cosmic Ray calls a mutation, and how it ended."""

    job: str
    file: str
    line: int
    operator: str
    occurrence: int
    noticed: bool = False

    @property
    def name(self) -> str:
        """What mutation_equivalent.toml calls it; lines move, so they are not part of it."""
        return f"{self.file}:{self.operator}:{self.occurrence}"


def annotation_spans(path: Path) -> Iterator[Span]:
    """Yield where annotations begin and end, as (line, column)."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        notes: list[ast.expr | None] = []
        if isinstance(node, ast.FunctionDef):
            arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            notes += [node.returns, *(argument.annotation for argument in arguments)]
        elif isinstance(node, ast.AnnAssign):
            notes.append(node.annotation)
        for note in notes:
            if note is not None and note.end_lineno is not None and note.end_col_offset is not None:
                end = (note.end_lineno, note.end_col_offset)
                yield (note.lineno, note.col_offset), end


def copy_project(to: Path) -> None:
    """Copy what git knows, and what is new, into *to*."""
    names = ["git", "ls-files", "-co", "--exclude-standard"]
    listed = subprocess.run(names, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in listed.splitlines():
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)


def cosmic_ray(copy: Path, *arguments: str) -> None:
    """Run Cosmic Ray in *copy*, whose packages come before the installed ones."""
    shelves = [copy, copy / "plugins", copy / "rules", copy / "report_templates"]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, shelves)),
        "HYPOTHESIS_PROFILE": "mutation",
    }
    command = [sys.executable, "-m", "cosmic_ray.cli", *arguments]
    subprocess.run(command, cwd=copy, env=environment, check=True)


def configure(copy: Path, room: str) -> Path:
    """Write the configuration of *room* and return its path."""
    modules, tests = ROOMS[room]
    pytest = f"{sys.executable} -m pytest -x -q -n 0 -p no:cacheprovider {' '.join(tests)}"
    paths = ", ".join(f'"{module}"' for module in modules)
    config = copy / f"{room}.toml"
    config.write_text(
        f"[cosmic-ray]\nmodule-path = [{paths}]\ntimeout = {TIMEOUT}\n"
        f'excluded-modules = ["**/__init__.py"]\ntest-command = "{pytest}"\n'
        '[cosmic-ray.distributor]\nname = "local"\n'
    )
    return config


def choose(database: Path, copy: Path, many: int, chance: random.Random) -> int:
    """Keep *many* mutants by chance and mark the others as skipped; return how many there were."""
    from cosmic_ray.work_db import WorkDB, use_db
    from cosmic_ray.work_item import WorkerOutcome, WorkResult

    spans: dict[str, list[Span]] = {}
    items: list[Any] = []
    away: list[Any] = []
    with use_db(str(database), WorkDB.Mode.open) as work:
        for item in sorted(work.work_items, key=_place):
            mutation = item.mutations[0]
            path = str(mutation.module_path)
            known = spans.setdefault(path, list(annotation_spans(copy / path)))
            inside = any(start <= mutation.start_pos < end for start, end in known)
            (away if inside else items).append(item)
        chosen = {item.job_id for item in chance.sample(items, min(many, len(items)))}
        away += [item for item in items if item.job_id not in chosen]
        skipped = WorkResult(worker_outcome=WorkerOutcome.SKIPPED)
        work.set_multiple_results([item.job_id for item in away], skipped)
    return len(items)


def _place(item: Any) -> tuple[object, ...]:
    mutation = item.mutations[0]
    where = (str(mutation.module_path), mutation.start_pos)
    return (*where, mutation.operator_name, mutation.occurrence)


def results(database: Path) -> Iterator[Mutant]:
    """Yield the mutants that were tried."""
    from cosmic_ray.work_db import WorkDB, use_db
    from cosmic_ray.work_item import WorkerOutcome

    with use_db(str(database), WorkDB.Mode.open) as work:
        for item, result in work.completed_work_items:
            if result.worker_outcome is WorkerOutcome.SKIPPED:
                continue
            mutation = item.mutations[0]
            yield Mutant(
                item.job_id,
                str(mutation.module_path),
                mutation.start_pos[0],
                mutation.operator_name.removeprefix("core/"),
                mutation.occurrence,
                noticed=bool(result.is_killed),
            )


def equivalent() -> dict[str, str]:
    """Read the mutants that nothing could notice, with the reason."""
    if not EQUIVALENT.exists():
        return {}
    return dict(tomllib.loads(EQUIVALENT.read_text(encoding="utf-8"))["equivalent"])


def tell(room: str, mutants: Iterable[Mutant]) -> tuple[int, int]:
    """Print the survivors of *room* and return how many were noticed, of how many."""
    same = equivalent()
    counted = [mutant for mutant in mutants if mutant.name not in same]
    for mutant in counted:
        if not mutant.noticed:
            click.echo(f"  survives: {mutant.name} (line {mutant.line})")
    noticed = sum(mutant.noticed for mutant in counted)
    click.echo(f"{room}: {noticed} of {len(counted)} noticed")
    return noticed, len(counted)


@click.command(help=__doc__)
@click.option("--sample", default=400, show_default=True, help="How many mutants, over all rooms.")
@click.option("--seed", default=1, show_default=True)
@click.option("--room", "rooms", multiple=True, type=click.Choice(list(ROOMS)))
def main(sample: int, seed: int, rooms: Sequence[str]) -> None:
    """Try the mutants of every room, or of *rooms*."""
    chosen = list(rooms or ROOMS)
    totals = []
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch)
        copy_project(copy)
        for room in chosen:
            config, database = configure(copy, room), copy / f"{room}.sqlite"
            cosmic_ray(copy, "init", str(config), str(database))
            share = -(-sample // len(chosen))
            there = choose(database, copy, share, random.Random(seed))
            click.echo(f"{room}: {min(share, there)} of {there} mutants")
            cosmic_ray(copy, "exec", str(config), str(database))
            totals.append(tell(room, results(database)))
    noticed, tried = (sum(column) for column in zip(*totals, strict=True))
    click.echo(f"{noticed} of {tried} mutants noticed: {noticed / tried:.0%} (goal {GOAL:.0%})")
    sys.exit(noticed < GOAL * tried)


if __name__ == "__main__":
    main()
