"""What the page has done for it, each in a child of the one runner.

A file that hangs, crashes or takes all memory ends its own run and not the page. A child is the
command line itself (`advisor diagnose`, `inspect`, `explain` …), so that the page and the terminal
cannot differ.
"""

import json
import os
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs

from advisor.errors import AdvisorError
from advisor.model import CONFIG_NAME, define, frozen, lazy_gettext
from advisor.plugin import MIB, Cause, ChildDied, Limits, python_command, run_process
from advisor.web.workspace import PLAN, Workspace

LIMITS = Limits(seconds=900.0, memory=12 * 1024 * MIB, output=64 * MIB)
AT_ONCE = 2  # children that work at the same time
ASKED = "request.json"  # beside a plan: the options it was made with
FAILED_PLUGIN = 4  # the exit code of a run that made its plan without some plugin
_PARENT = "ADVISOR_PARENT"  # see advisor/cli/__main__.py
_CLI = ("-P", "-m", "advisor.cli")
_DETAIL = 1500  # characters of a child's message that a page shows


class RunFailed(AdvisorError):
    """A child said that it cannot, or died."""


@frozen
class Options:
    """How a plan is made: days as `2026-10-31`, a language; empty for what the settings say."""

    first: str = ""
    last: str = ""
    language: str = ""

    @property
    def period(self) -> tuple[str, ...]:
        """The options of the period, for every command about a shop."""
        return (
            *(("--from", self.first) if self.first else ()),
            *(("--to", self.last) if self.last else ()),
        )

    @property
    def printed(self) -> tuple[str, ...]:
        """The options of what is printed."""
        return ("--language", self.language) if self.language else ()


@define
class Run:
    """A plan in the making, or how that ended. *began* is of the monotonic clock."""

    files: int
    began: float
    ended: float | None = None
    problem: str = ""
    notice: str = ""

    @property
    def seconds(self) -> int:
        """How long it takes, or took."""
        return int((self.ended or time.monotonic()) - self.began)


@define(eq=False)
class _Inspection:
    """How the files were recognized that have this *stamp*."""

    stamp: object
    found: dict[str, Any] | None = None
    done: threading.Event = attrs.field(factory=threading.Event)


class Runs:
    """The runs of one workspace."""

    def __init__(
        self,
        workspace: Workspace,
        formats: Sequence[str],
        today: str,
        limits: Limits = LIMITS,
    ) -> None:
        self.workspace = workspace
        self.formats = tuple(formats)
        self.limits = limits
        self._today = ("--today", today) if today else ()
        self._slots = threading.BoundedSemaphore(AT_ONCE)
        self._guard = threading.Lock()
        self._runs: dict[str, Run] = {}
        self._readings: dict[str, _Inspection] = {}

    def run(self, shop: str) -> Run | None:
        """The newest run of *shop* since the page was opened."""
        return self._runs.get(shop)

    def forget(self, shop: str) -> None:
        """Drops what is remembered of a shop that was deleted."""
        with self._guard:
            self._runs.pop(shop, None)
            self._readings.pop(shop, None)

    def start(self, shop: str, options: Options) -> Run:
        """Has a plan made, unless one is in the making; it is not waited for."""
        with self._guard:
            going = self._runs.get(shop)
            if going is not None and going.ended is None:
                return going
            run = Run(len(self.workspace.files(shop)), time.monotonic())
            self._runs[shop] = run
        threading.Thread(target=self._diagnose, args=(shop, options, run), daemon=True).start()
        return run

    def _diagnose(self, shop: str, options: Options, run: Run) -> None:
        try:
            folder = self.workspace.folder(shop)
            with self.workspace.new_plan(shop) as place:
                formats = [word for name in self.formats for word in ("--format", name)]
                run.notice = self._call(
                    "diagnose", folder, *options.period, *options.printed, *self._today,
                    *formats, "--isolate", "--quiet", "-o", place,
                    made=place / PLAN,
                )[1]  # fmt: skip
                asked = json.dumps(attrs.asdict(options))
                (place / ASKED).write_text(asked, encoding="utf-8")
        except (AdvisorError, OSError) as error:
            run.problem = str(error)
        except Exception:
            run.problem = lazy_gettext("This page failed. The terminal shows the details.")
            raise
        finally:
            run.ended = time.monotonic()

    def recognized(
        self, shop: str, language: str = "en", wait: float = 1.5
    ) -> dict[str, Any] | None:
        """How each file of *shop* was recognized, as `advisor inspect --json` says it; remembered
        until a file, a setting or the *language* changes. None where that takes longer than *wait*
        seconds: ask again."""
        folder = self.workspace.folder(shop)
        files = self.workspace.files(shop)
        if not files:
            return {"files": [], "notes": []}
        stamp = (
            language,
            tuple((file, (folder / file.name).stat().st_mtime_ns) for file in files),
            (folder / CONFIG_NAME).stat().st_mtime_ns,
        )
        with self._guard:
            reading = self._readings.get(shop)
            if reading is None or reading.stamp != stamp:
                reading = self._readings[shop] = _Inspection(stamp)
                threading.Thread(
                    target=self._inspect, args=(folder, language, reading), daemon=True
                ).start()
        reading.done.wait(wait)
        return reading.found

    def _inspect(self, folder: Path, language: str, reading: "_Inspection") -> None:
        try:
            spoken = ("--language", language)
            text, _ = self._call("inspect", "--json", *spoken, *self._today, "--", folder)
            reading.found = json.loads(text)
        except (AdvisorError, OSError) as error:
            reading.found = {"files": [], "notes": [], "problem": str(error)}
        finally:
            reading.done.set()

    def ask(self, shop: str, command: str, *words: str, options: Options) -> str:
        """What `advisor COMMAND WORDS` says of *shop*, as text. Raises RunFailed."""
        folder = self.workspace.folder(shop)
        both = (*options.period, *options.printed)
        return self._call(command, *words, *both, *self._today, "--", folder)[0]

    def rule(self, rule: str) -> str:
        """What `advisor explain RULE` says of a rule itself. Raises RunFailed."""
        return self._call("explain", "--", rule)[0]

    def _call(self, *words: str | Path, made: Path | None = None) -> tuple[str, str]:
        """Standard output of a child, and what it said of plugins that failed. Where it *made* what
        it was asked for, such a failure is not one of the run."""
        with self._slots:
            try:
                command = python_command(*_CLI, *words)
                env = {**os.environ, _PARENT: str(os.getpid())}  # it ends when the page has gone
                said = run_process(command, limits=self.limits, env=env)
            except ChildDied as died:
                death = died.death
                lines = "\n".join(death.last_lines)[:_DETAIL]
                if made is not None and made.is_file() and death.exit_code == FAILED_PLUGIN:
                    return "", lines
                if death.cause is Cause.EXIT and lines:
                    raise RunFailed(lines.removeprefix("Error: ")) from None
                text = f"This run was stopped: {death.text}."
                raise RunFailed(text, hint="the other files and shops are not affected") from None
        return said.decode(errors="replace"), ""
