"""Options and values that several commands share."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from advisor.cli import complete
from advisor.cli.threads import limit_threads
from advisor.errors import AdvisorError, unknown

if TYPE_CHECKING:
    from advisor.model import Vocabulary
    from advisor.plugin import Registry
    from advisor.portfolio import Engine

F = TypeVar("F", bound=Callable[..., Any])

PLUGIN_FAILED = 4  # done, but without what a plugin should have brought
_SHOWN = 10
_FAILURES = "advisor.failures"  # in the meta data that a command shares with its group


class _LocalPath(click.Path):
    """A path of this machine."""

    def convert(
        self,
        value: "str | os.PathLike[str]",
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> "str | bytes | os.PathLike[str]":
        """The path that is written. Refuses addresses in a store, which would be made folders."""
        from advisor.model import is_remote

        if is_remote(str(value)):
            self.fail(f"{value!r} is in a store: name a place on this machine", param, ctx)
        return super().convert(value, param, ctx)


FOLDER = _LocalPath(path_type=Path, file_okay=False)
PLACE = click.Path(file_okay=False)  # a folder, or an address in a store: as it is written
FILE = _LocalPath(path_type=Path, dir_okay=False)


def day(value: str | date) -> date:
    """A day written as 2026-10-31."""
    if isinstance(value, date):  # a default
        return value
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is no day; write it as 2026-10-31") from None


output_file_option = click.option(
    "-o",
    "--output",
    type=FILE,
    metavar="FILE",
    help="The file to write (default: standard output).",
)


class _Exports(click.Path):
    def get_missing_message(self, param: click.Parameter, ctx: click.Context | None) -> str:  # noqa: ARG002
        return "Name files, or the folder of your exports: the one you are in is `.`"


def paths_argument(*, required: bool = True) -> Callable[[F], F]:
    """Files and folders, completed by the shell. Polars gets as many threads as they are worth."""
    return click.argument(
        "paths",
        nargs=-1,
        required=required,
        type=_Exports(allow_dash=True),
        metavar="PATH…",
        callback=_with_threads,
    )


def _with_threads(
    ctx: click.Context, _param: click.Parameter, paths: tuple[str, ...]
) -> tuple[str, ...]:
    if not ctx.resilient_parsing:
        limit_threads(paths or (".",))
    return paths


def config_option(command: F) -> F:
    """--config."""
    return click.option(
        "--config",
        type=FILE,
        metavar="FILE",
        help="The shop's advisor.toml, if it is not in the folder that is read.",
    )(command)


def today_option(command: F) -> F:
    """--today; the system's date is read here and nowhere else."""
    return click.option(
        "--today",
        type=day,
        metavar="YYYY-MM-DD",
        default=date.today,
        show_default="the system's date",
        help="The date to use as today. The same input and date always give the same plan.",
    )(command)


def rules_option(command: F) -> F:
    """--rules, once or several times."""
    return click.option(
        "--rules",
        "rules",
        type=FOLDER,
        multiple=True,
        metavar="DIR",
        help="A folder with your own rules; can be repeated.",
    )(command)


def shop_options(command: F) -> F:
    """--goal, --size and --niche."""
    for name, callback, text in (
        ("--niche", complete.niches, "What the shop sells; overrides advisor.toml."),
        ("--size", complete.sizes, "The size of the shop: small, mid or enterprise."),
        ("--goal", complete.goals, "The shop's main goal."),
    ):
        command = click.option(name, metavar="NAME", shell_complete=callback, help=text)(command)
    return command


def language_option(command: F) -> F:
    """--language."""
    return click.option(
        "--language",
        metavar="NAME",
        shell_complete=complete.languages,
        help="The language of the report, like es or pt_BR; overrides advisor.toml.",
    )(command)


HISTORY_VARIABLE = "ADVISOR_HISTORY"  # "off": no run is kept, whatever the settings say


def history_option(command: F) -> F:
    """--no-history."""
    return click.option(
        "--no-history",
        is_flag=True,
        help="Don't keep this run, and don't compare it with earlier ones.",
    )(command)


def keeps_history(*, off: bool) -> bool:
    """Whether runs are kept, where the settings want it; *off* is --no-history."""
    return not off and os.environ.get(HISTORY_VARIABLE, "").lower() != "off"


def period_options(command: F) -> F:
    """--from, --to and --month."""
    month = click.option("--month", metavar="YYYY-MM", help="The month to use as the period.")
    last = click.option(
        "--to", "last", type=day, metavar="YYYY-MM-DD", help="The last day of the period."
    )
    first = click.option(
        "--from", "first", type=day, metavar="YYYY-MM-DD", help="The first day of the period."
    )
    return first(last(month(command)))


def known(option: str, word: str | None, names: Iterable[str]) -> None:
    """Raises AdvisorError where *word* is none of *names*, with the nearest of them."""
    names = tuple(names)
    if word is not None and word not in names:
        raise AdvisorError(unknown("value", word, names), where=option)


def check_shop_options(
    vocabulary: "Vocabulary", *, goal: str | None, size: str | None, niche: str | None
) -> None:
    """Raises AdvisorError for a goal, size or niche that nobody knows."""
    from advisor.model import Size

    known("--goal", goal, vocabulary.goals)
    known("--size", size, [one.value for one in Size])
    known("--niche", niche, vocabulary.niches)


def tell_at_end(failures: Callable[[], Sequence[str]]) -> None:
    """Have what *failures* gives at the end of the command told on standard error, a line each; the
    exit code is 4 then, unless the command ends with one of its own."""
    click.get_current_context().meta[_FAILURES] = failures


def tell_failures(ctx: click.Context) -> bool:
    """Tell what failed in the command of *ctx*, if it asked for that; True where anything did."""
    asked: Callable[[], Sequence[str]] | None = ctx.meta.get(_FAILURES)
    failures = asked() if asked is not None else ()
    if not failures:
        return False
    from advisor.cli.screen import say

    for line in failures[:_SHOWN]:
        say(f"Failed: {line}", err=True)
    if len(failures) > _SHOWN:
        say(f"Failed: and {len(failures) - _SHOWN} more", err=True)
    return True


def engine_options(command: F) -> F:
    """--jobs and --cluster."""
    jobs = click.option(
        "--jobs",
        type=click.IntRange(1),
        help="For many shops: the number of parallel processes (default: the number of cores).",
    )
    cluster = click.option(
        "--cluster",
        metavar="ADDRESS",
        help="For many shops: the dask scheduler whose workers do the work (tcp://HOST:8786), on a "
        "trusted network.",
    )
    return jobs(cluster(command))


@contextmanager
def working(jobs: int | None, cluster: str | None) -> "Iterator[Engine]":
    """What does the work of a run over many shops, until it is over."""
    from advisor.portfolio import ClusterEngine, ProcessEngine

    engine: Engine
    if cluster is not None:
        if jobs is not None:
            raise AdvisorError("--jobs and --cluster exclude each other", hint="give one of them")
        engine = ClusterEngine(cluster)
    else:
        engine = ProcessEngine(jobs) if jobs else ProcessEngine()
    try:
        yield engine
    finally:
        engine.stop()


def trace_option(command: F) -> F:
    """--trace-plugins."""
    return click.option(
        "--trace-plugins",
        is_flag=True,
        help="Say on standard error which plugin was asked what, how long it took and how much it "
        "gave.",
    )(command)


def load_registry(*, trace: bool = False, isolate: bool = False) -> "Registry":
    """Every installed plugin; with *trace* each of their calls is told on standard error; with
    *isolate* those of others run in a child each."""
    from advisor.cli.screen import say
    from advisor.plugin import Trace, load_plugins

    tracing = Trace(lambda line: say(line, err=True)) if trace else None
    return load_plugins(trace=tracing, isolate=isolate)
