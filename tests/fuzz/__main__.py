"""Trials until the time is over: `python -m tests.fuzz --minutes N --seed S`."""

import json
import os
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import attrs
import click

from advisor.plugin import MIB, Child, ChildDied, Limits, python_command
from tests.fuzz.shrink import smaller
from tests.fuzz.trial import BATCH, Made, Problem, Trial, digest

ROOT = Path(__file__).parents[2]
CASES = Path(__file__).with_name("cases")
ALONE = Limits(seconds=60.0, memory=4 * 1024 * MIB, output=MIB)
SECONDS = ALONE.seconds + BATCH / 10


class Tester:
    """A child that tries, started again where it dies."""

    def __init__(self) -> None:
        self._child: Child | None = None

    def _ask(self, message: object, seconds: float) -> bytes:
        if self._child is None or self._child.death is not None:
            env = {**os.environ, "POLARS_MAX_THREADS": "1", "ADVISOR_HISTORY": "off"}
            command = python_command("-P", "-m", "tests.fuzz.worker")
            path = f"{ROOT}{os.pathsep}{env.get('PYTHONPATH', '')}"
            self._child = Child(command, ALONE, env={**env, "PYTHONPATH": path}, cwd=ROOT)
            self._child.ask(json.dumps({"seed": 0, "numbers": []}).encode(), SECONDS)  # has started
        return self._child.ask(json.dumps(message).encode(), seconds)

    def trials(self, seed: int, numbers: range) -> dict[int, Problem]:
        """The problems of some trials, by number."""
        try:
            said = json.loads(self._ask({"seed": seed, "numbers": [*numbers]}, SECONDS))
        except ChildDied as died:
            found = {number: self.case(Trial.of(seed, number).make()) for number in numbers}
            failed = {number: problem for number, problem in found.items() if problem}
            return failed or {numbers[0]: Problem("only in a block", _first_line(died))}
        return {int(number): Problem(**raw) for number, raw in said.items()}

    def case(self, made: Made) -> Problem | None:
        """The problem of one case."""
        try:
            raw = json.loads(self._ask({"case": made.as_json()}, ALONE.seconds))
        except ChildDied as died:
            return Problem(str(died.death.cause), _first_line(died))
        return Problem(**raw) if raw else None

    def close(self) -> None:
        """Ends the child."""
        if self._child is not None:
            self._child.close()


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]


@attrs.define(eq=False)
class Campaign:
    """Trials of one seed by several children, until a moment."""

    seed: int
    until: float
    number: int
    done: Counter[str] = attrs.field(factory=Counter)
    failed: Counter[str] = attrs.field(factory=Counter)
    _guard: threading.Lock = attrs.field(factory=threading.Lock)

    def work(self) -> None:
        """Tries one batch after another."""
        tester = Tester()
        try:
            while time.monotonic() < self.until:
                with self._guard:
                    numbers = range(self.number, self.number + BATCH)
                    self.number += BATCH
                found = tester.trials(self.seed, numbers)
                kinds = {number: Trial.of(self.seed, number).kind for number in numbers}
                with self._guard:
                    self.done.update(kinds.values())
                    new = {}
                    for number, problem in found.items():
                        sign = f"{kinds[number]}: {problem.sign}"
                        if not self.failed[sign]:
                            new[number] = problem
                        self.failed[sign] += 1
                for number, problem in new.items():
                    self._keep(tester, number, problem)
        finally:
            tester.close()

    def _keep(self, tester: Tester, number: int, problem: Problem) -> None:
        """Writes the smallest case of a problem."""
        made = smaller(Trial.of(self.seed, number), problem, tester.case)
        path = CASES / f"{made.kind}-{digest(made)}.json"
        path.write_text(made.as_json() + "\n", encoding="utf-8")
        click.echo(f"trial {number} ({made.kind}) fails: {problem.name}: {problem.text}\n  {path}")


@click.command()
@click.option("--minutes", type=float, default=1.0, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--first", type=int, default=0, help="The number of the first trial.")
@click.option("--jobs", type=int, default=1, show_default=True)
def main(minutes: float, seed: int, first: int, jobs: int) -> None:
    """Tries changed files, settings and rules; ends with 1 where something does not hold."""
    campaign = Campaign(seed, time.monotonic() + 60 * minutes, first)
    with ThreadPoolExecutor(jobs) as pool:
        for ended in [pool.submit(campaign.work) for _ in range(jobs)]:
            ended.result()
    counts = ", ".join(f"{name} {count}" for name, count in sorted(campaign.done.items()))
    total = campaign.done.total()
    click.echo(f"{total} trials of seed {seed} (from {first} to {campaign.number - 1}): {counts}")
    for sign, count in campaign.failed.most_common():
        click.echo(f"FAILED {count} x {sign}")
    sys.exit(bool(campaign.failed))


if __name__ == "__main__":
    main()
