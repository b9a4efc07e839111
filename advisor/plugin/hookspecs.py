"""The hooks a plugin may implement. Entry-point group: `advisor`.

A plugin is a module (or object) named by an entry point. It implements any of these with
`@advisor.hookimpl`. Everything that comes with shop-advisor uses the same door. Its distribution
says which versions of shop-advisor it works with (`dependencies = ["shop-advisor>=0.1,<0.2"]`); one
that requires another version is not used, with one line.

A plugin adds. What would stand before something that another plugin brought is in force only where
the user's advisor.toml names the plugin, as `advisor plugins list` shows it:

    [plugins]
    allow = ["agency"]

That goes for a rule that says `overrides = "guide/weak-hook"` (it is then judged instead of that
rule and answers to its id), for bands of metrics that have bundled ones (without leave they count
where no bundled band holds, and in a niche that only this plugin brings), and for templates of a
name that is there already. Else the other one's stays, and a note says which line to add. What
plugins cannot replace at all: words of the vocabulary, ids of packs and kinds, names of formats;
the first plugin that brings one holds it, ours first, then by name.

Plugins are trusted as code and checked as data. They run in the process of the run, without limits
of time or memory (`diagnose --isolate` gives each third-party plugin a process of its own, with
limits), one call at a time; what they print goes to standard error, and the working folder,
environment, locale, recursion limit and decimal context are put back after each call. What
they give is checked for its types and its words. In the order of what it costs:

- A plugin that cannot be imported, fails in a hook without arguments, gives what the hook does not
  give, uses words that nobody declares, or brings what another plugin brought before it is out,
  whole: nothing of it is used.
- A rule pack with a mistake in any of its files is out, whole.
- A plugin that fails in `advisor_metrics` brings no metrics to this shop; rules that need them end
  in an error.
- A provider that fails on a file does not read it; another that knows the file does.

Each costs one line, the plan is made without it, and the exit code is 4. Where a word is unknown,
the error names the plugins that failed: it may be theirs.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, overload, runtime_checkable

import attrs
import pluggy

from advisor.model import Reading, Source, VocabularyFile, frozen
from advisor.plugin.steps import Steps

if TYPE_CHECKING:
    import jinja2
    import polars as pl

    from advisor.model import BandFile, RulePack
    from advisor.plugin.counts import Counts, MetricsContext

PROJECT = "advisor"
FORMATS = (
    "md",
    "json",
    "csv",
    "xlsx",
    "ics",
    "sarif",
    "junit",
    "jsonl",
)  # the host's own; a plugin's has another name

_BLOCKS = f"{PROJECT}_blocks"

hookspec = pluggy.HookspecMarker(PROJECT)


@frozen
class Match:
    """A provider's claim on a file, or on one grid of it.

    *strength* is how many columns (or fields) of it the provider understands. Where the strongest
    claim is on the whole file (*grid* is None), it alone reads the file; else each grid is read by
    the strongest claim on it. With *lacks* it is no claim: it only serves to say what a file nearly
    was. *refused* says why it is none although nothing is lacking.
    """

    kind: str
    strength: int
    lacks: tuple[str, ...] = ()
    grid: str | None = None
    refused: str = ""

    @property
    def stands(self) -> bool:
        """Whether it is a claim at all."""
        return not self.lacks and not self.refused


@frozen
class ReadContext:
    """What a provider may know beside the file. *today* is the day of the run; *order_channels* are
    the purchase channels whose orders count, all where there are none; *time_zone* is the IANA name
    of the shop's own, where it says one."""

    today: date
    currency: str | None = None
    region: str | None = None
    order_channels: tuple[str, ...] = ()
    time_zone: str | None = None


@runtime_checkable
class Provider(Protocol):
    """Reads one kind of source into counts. It never judges.

    `name` is shown to the user; `kinds` says what it reads: kind id → (title, where the user gets
    it, counts it can give).
    """

    @property
    def name(self) -> str: ...

    @property
    def kinds(self) -> Mapping[str, "KindInfo"]: ...

    def recognise(self, source: Source) -> Sequence[Match]:
        """Claims on *source*, by its content alone."""
        ...

    def read(self, source: Source, match: Match, context: ReadContext) -> Reading:
        """The counts of *source*, or of the grid that *match* names, understood as *match*.kind.

        Called once for each claim that reads. Raises AdvisorError where the file is broken: it is
        left out, with that message.
        """
        ...


@runtime_checkable
class Stepwise(Protocol):
    """A provider that reads in steps which many files take together. A provider need not be one."""

    def reading(self, source: Source, match: Match, context: ReadContext) -> Steps[Reading]:
        """What `read` gives, in steps."""
        ...


@runtime_checkable
class Together(Protocol):
    """A provider that has more to say when all files of the shop are read, because one of them
    tells what another means. A provider need not be one."""

    def together(self, readings: Sequence[Reading]) -> Sequence[Reading]:
        """*readings* are its own, in the order of the files; as many are given back, each of the
        same file, kind and number of rows. Called once, and last: what it remembers of the files
        ends here. An exception costs what it would have added, and one line."""
        ...


@runtime_checkable
class Resembling(Protocol):
    """A provider that can say of a file that nobody reads what it is most like. A provider need
    not be one."""

    def resembling(self, source: Source) -> Sequence[Match]:
        """Claims that lack something, however little *source* has of their kind; the stronger, the
        more of it. They only serve to tell the user."""
        ...


@frozen
class KindInfo:
    """A kind of file: what it is called, where it comes from, which counts it can give to which
    kinds of subjects.

    *template* is the header of a CSV that users fill in themselves, for what no export gives;
    *documentation* says how. `advisor init --templates` writes it. *api*: it is the answer of an
    API or the table of a loader, which nobody downloads by hand.
    """

    title: str
    where: str
    subjects: tuple[str, ...]
    counts: tuple[str, ...]
    template: tuple[str, ...] = ()
    documentation: str = ""
    api: bool = False


@frozen
class Derived:
    """Further columns for subjects of one kind, computed by a plugin.

    *frame* has `shop`, `key` and one column for each metric or symbol that the vocabulary declares.
    A metric comes as `<id>`, `<id>.lo`, `<id>.hi`; a symbol as text. A hook that is called once a
    shop may leave `shop` out.
    """

    subject: str
    frame: "pl.DataFrame"


@frozen
class Templates:
    """A folder of Jinja2 templates. Where advisor.toml allows the plugin, `plan.md.j2` in it
    replaces or extends the bundled one.

    *filters* are functions that templates apply after the name of the folder, so that none hides
    another's: `stars` of the folder `acme` is `{{ action.rank | acme.stars }}`, and in the name of
    a folder `-` is then written `_`. What they return is escaped like any text.

    *compiled*: compiled templates are kept in the folder, as Python keeps modules.
    """

    name: str
    folder: Traversable
    filters: Mapping[str, Callable[..., object]] = attrs.field(
        factory=dict,
        validator=attrs.validators.deep_mapping(
            key_validator=attrs.validators.instance_of(str),
            value_validator=attrs.validators.is_callable(),
        ),
        hash=False,
    )
    compiled: bool = False


@runtime_checkable
class ReportFormat(Protocol):
    """Turns the result document into one file."""

    @property
    def name(self) -> str: ...

    @property
    def suffix(self) -> str: ...

    def render(self, document: Mapping[str, object], environment: "jinja2.Environment") -> str: ...


if TYPE_CHECKING:
    Brought = Provider | VocabularyFile | Derived | RulePack | BandFile | ReportFormat | Templates
    Hook = TypeVar("Hook", bound=Callable[..., Sequence[Brought]])

_mark = pluggy.HookimplMarker(PROJECT)


@overload
def hookimpl(function: "Hook") -> "Hook": ...


@overload
def hookimpl(*, blocks: bool) -> "Callable[[Hook], Hook]": ...


def hookimpl(function: Any = None, *, blocks: bool = False) -> Any:
    """Marks an implementation of a hook.

    What it returns is checked by type checkers as far as any hook allows it; when it is loaded, its
    arguments too. With *blocks*, an `advisor_metrics` takes many shops at once.
    """
    if function is None:
        return partial(hookimpl, blocks=blocks)
    setattr(function, _BLOCKS, blocks)
    return _mark(function)


def takes_blocks(function: Callable[..., object]) -> bool:
    """Whether an implementation of `advisor_metrics` takes many shops at once."""
    return bool(getattr(function, _BLOCKS, False))


class Hooks:
    """Specifications; pluggy collects one list of results a hook."""

    @hookspec
    def advisor_metric_providers(self) -> Sequence[Provider]:
        """Providers of this plugin.

        Called once.
        """
        raise RuntimeError

    @hookspec
    def advisor_vocabulary(self) -> Sequence[VocabularyFile]:
        """Subjects, relations, counts, metrics, identities, symbols, levers, roles, goals, niches.

        Called once, before anything else. Two plugins may declare the same thing in the same
        words. Where they clash, the one that was added later is out.
        """
        raise RuntimeError

    @hookspec
    def advisor_metrics(self, counts: "Counts", context: "MetricsContext") -> Sequence[Derived]:
        """Metrics and symbols that no ratio of sums can say, computed in columns.

        Called after reading, with the combined counts: of files that overlap each event is there
        once. With `@hookimpl(blocks=True)` it is called once for many shops, whose rows the column
        `shop` tells apart, and any cut of the shops has to give the same; else once a shop. An
        exception costs these columns and one line.
        """
        raise RuntimeError

    @hookspec
    def advisor_rule_packs(self) -> "Sequence[RulePack]":
        """Rule packs: folders of rule files. Called once, when rules are needed.

        The id of a pack is its own; a rule that `overrides` one of another pack is judged instead
        of it where advisor.toml allows this plugin.
        """
        raise RuntimeError

    @hookspec
    def advisor_benchmarks(self) -> "Sequence[BandFile]":
        """Bands: what is good for a metric, where it holds, who says so. Called once.

        Where advisor.toml allows this plugin, its bands come before the bundled ones; else they
        hold where no bundled band does, and in niches that only this plugin brings.
        """
        raise RuntimeError

    @hookspec
    def advisor_report_formats(self) -> Sequence[ReportFormat]:
        """Formats beside the bundled ones, for `--format`. Called once, before reporting."""
        raise RuntimeError

    @hookspec
    def advisor_templates(self) -> Sequence[Templates]:
        """Folders of templates. Called once.

        They are searched after the bundled ones, and before them where advisor.toml allows this
        plugin: so `plan.md.j2` replaces or extends the bundled one.
        """
        raise RuntimeError
