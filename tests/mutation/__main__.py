"""Trying mutants: `python -m tests.mutation [--sample 400] [--seed 1]`."""

import ast
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import attrs
import click
from cosmic_ray.commands.init import init
from cosmic_ray.modules import find_modules
from cosmic_ray.mutating import use_mutation
from cosmic_ray.plugins import get_operator
from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import MutationSpec

from tests.mutation.fork import OTHERWISE
from tests.mutation.rooms import NOT, ROOMS, TESTS, Room

ROOT = Path(__file__).parents[2]
EQUIVALENT = Path(__file__).with_name("equivalent.toml")
GOAL = 0.85
MOST = 4.0  # seconds of processor time that the tests of one mutant may take without it
SPARE = 20  # seconds that a mutant may take beside that
Span = tuple[tuple[int, int], tuple[int, int]]


@attrs.frozen
class Mutant:
    """One change: what Cosmic Ray calls a mutation."""

    spec: MutationSpec
    file: str

    @property
    def operator(self) -> str:
        """Which kind of change it is."""
        return str(self.spec.operator_name).removeprefix("core/")

    @property
    def lines(self) -> range:
        """The lines that it changes."""
        return range(self.spec.start_pos[0], self.spec.end_pos[0] + 1)

    @property
    def name(self) -> str:
        """What equivalent.toml calls it; lines move, so they are not part of it."""
        return f"{self.file}:{self.operator}:{self.spec.occurrence}"


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


def environment(copy: Path) -> dict[str, str]:
    """The packages of *copy* come before the installed ones, and no file changes under a cache."""
    shelves = [copy, copy / "plugins", copy / "rules", copy / "report_templates"]
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, shelves)),
        "HYPOTHESIS_PROFILE": "mutation",
        "POLARS_MAX_THREADS": "1",
    }


@attrs.frozen
class WhichTests:
    """Which tests run which lines; *seconds* of processor time by test."""

    seconds: Mapping[str, float]
    lines: Mapping[str, Mapping[str, Sequence[str]]]

    @classmethod
    def of(cls, copy: Path) -> "WhichTests":
        """Run all tests once."""
        path = copy / "which_tests.json"
        words = ["-q", "-n", "0", "-p", "tests.mutation.which_tests", "--no-header"]
        left_out = [f"--ignore={name}" for name in NOT]
        subprocess.run(
            [sys.executable, "-m", "pytest", *words, *left_out, *TESTS],
            cwd=copy,
            env={**environment(copy), "ADVISOR_WHICH_TESTS": str(path)},
            check=True,
        )
        raw = json.loads(path.read_text())
        lines = {os.path.relpath(name, copy): lines for name, lines in raw["lines"].items()}
        return cls(raw["seconds"], lines)

    def that_run(self, mutant: Mutant, room: Room) -> Iterator[list[str]]:
        """Those of the mutant's own room, then the others, each the quickest first."""
        known = self.lines.get(mutant.file, {})
        found = {test for line in mutant.lines for test in known.get(str(line), ())}
        if not found:  # it runs as the module is loaded
            found = {test for tests in known.values() for test in tests}
        ordered = sorted(found, key=lambda test: (self.seconds[test], test))
        spent = 0.0
        own: list[str] = []
        others: list[str] = []
        for test in ordered:
            spent += self.seconds[test]
            if spent < MOST:
                (own if test.startswith(tuple(room.tests)) else others).append(test)
        yield from filter(None, (own, others))


class Fork:
    """The processes that fork for each mutant."""

    def __init__(self, copy: Path) -> None:
        left_out = [f"--ignore={name}" for name in NOT]
        self._collected = self._started(copy, "collected", *left_out, *TESTS)
        self._libraries = self._started(copy, "libraries")

    @staticmethod
    def _started(copy: Path, *words: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "tests.mutation.fork", *words],
            cwd=copy,
            env={**environment(copy), "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "0\n"
        return process

    def holds(self, tests: Sequence[str], file: Path, seconds: float) -> bool:
        """Whether *tests* pass with *file* as it is on the disk."""
        limit = SPARE + round(5 * seconds)
        asked = json.dumps({"tests": tests, "file": str(file), "seconds": limit})
        code = self._asked(self._collected, asked)
        return (self._asked(self._libraries, asked) if code == OTHERWISE else code) == 0

    def sound(self, tests: Sequence[str], file: Path) -> bool:
        """Whether *tests* pass in both, where nothing was changed."""
        asked = json.dumps({"tests": tests, "file": str(file), "seconds": SPARE + round(5 * MOST)})
        return not any(self._asked(one, asked) for one in (self._collected, self._libraries))

    @staticmethod
    def _asked(process: "subprocess.Popen[str]", asked: str) -> int:
        assert process.stdin is not None
        assert process.stdout is not None
        print(asked, file=process.stdin, flush=True)
        return int(process.stdout.readline())

    def close(self) -> None:
        """End them."""
        for process in (self._collected, self._libraries):
            assert process.stdin is not None
            process.stdin.close()
            process.wait()


def mutants(copy: Path, room: Room) -> list[Mutant]:
    """Return all that Cosmic Ray can change in *room*, beside annotations."""
    found: list[Mutant] = []
    spans: dict[Path, list[Span]] = {}
    modules = find_modules([copy / one for one in room.modules])
    with use_db(":memory:", WorkDB.Mode.create) as work:
        init(sorted(path for path in modules if path.name != "__init__.py"), work, {})
        items = list(work.work_items)
    for item in items:
        spec = item.mutations[0]
        known = spans.setdefault(spec.module_path, list(annotation_spans(spec.module_path)))
        if not any(start <= spec.start_pos < end for start, end in known):
            found.append(Mutant(spec, str(spec.module_path.relative_to(copy))))
    return sorted(found, key=lambda one: (one.file, one.spec.start_pos, one.name))


def noticed(mutant: Mutant, room: Room, known: WhichTests, fork: Fork) -> bool:
    """Whether a test fails with it."""
    spec = mutant.spec
    operator = get_operator(spec.operator_name)(**spec.operator_args)
    with use_mutation(spec.module_path, operator, spec.occurrence):
        _forget_compiled(spec.module_path)
        for tests in known.that_run(mutant, room):
            seconds = sum(known.seconds[test] for test in tests)
            if not fork.holds(tests, spec.module_path, seconds):
                return True
    return False


def _forget_compiled(path: Path) -> None:
    # A file that changes twice within a second, and is as long as before, is not compiled again.
    for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
        compiled.unlink()


def equivalent() -> dict[str, str]:
    """Read the mutants that nothing could notice, with the reason."""
    return dict(tomllib.loads(EQUIVALENT.read_text(encoding="utf-8"))["equivalent"])


def changed_line(mutant: Mutant) -> str:
    """Return the line, and where it is."""
    number = mutant.lines[0]
    text = mutant.spec.module_path.read_text(encoding="utf-8").splitlines()[number - 1]
    return f"{mutant.file}:{number}: {text.strip()}"


def try_room(
    name: str, copy: Path, known: WhichTests, choose: Callable[[list[Mutant]], list[Mutant]]
) -> tuple[int, int]:
    """Try some mutants of a room and return how many were noticed, of how many."""
    room, same = ROOMS[name], equivalent()
    there = mutants(copy, room)
    chosen = choose(there)
    counted = [one for one in chosen if one.name not in same]
    click.echo(f"{name}: {len(chosen)} of {len(there)} mutants, {len(counted)} not equivalent")
    fork = Fork(copy)
    tests = next(known.that_run(counted[0], room))
    if not fork.sound(tests, counted[0].spec.module_path):
        raise click.ClickException(f"the tests of {counted[0].name} fail without it")
    survivors = 0
    for mutant in sorted(counted, key=lambda one: (one.file, one.spec.start_pos, one.name)):
        if not noticed(mutant, room, known, fork):
            survivors += 1
            click.echo(f"  survives: {mutant.name}\n    {changed_line(mutant)}")
    fork.close()
    click.echo(f"{name}: {len(counted) - survivors} of {len(counted)} noticed")
    return len(counted) - survivors, len(counted)


@click.command(help=__doc__)
@click.option("--sample", default=400, show_default=True, help="How many mutants, over all rooms.")
@click.option("--seed", default=1, show_default=True)
@click.option("--room", "rooms", multiple=True, type=click.Choice(list(ROOMS)))
@click.option("--only", multiple=True, help="The name of a mutant, as printed; these alone.")
def main(sample: int, seed: int, rooms: Sequence[str], only: Sequence[str]) -> None:
    """Try the mutants of every room, or of *rooms*."""
    chosen = list(rooms or ROOMS)
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch).resolve()
        copy_project(copy)
        known = WhichTests.of(copy)
        share = -(-sample // len(chosen))

        def choose(there: list[Mutant]) -> list[Mutant]:
            if only:
                return [mutant for mutant in there if mutant.name in only]
            return random.Random(seed).sample(there, min(share, len(there)))

        totals = [try_room(name, copy, known, choose) for name in chosen]
    noticed_, tried = (sum(column) for column in zip(*totals, strict=True))
    click.echo(f"{noticed_} of {tried} mutants noticed: {noticed_ / tried:.0%} (goal {GOAL:.0%})")
    sys.exit(noticed_ < GOAL * tried)


if __name__ == "__main__":
    main()
