"""From paths to documents: one shop, or the shops of a folder in blocks.

The story of a block: what each shop's profile says is resolved once and its files are read
(`open_shops`); then all shops together are combined, measured and judged (`diagnose_block`), and
each gets its document (`compose_document`), which is handed on before the next block is read.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import attrs
import polars as pl

from advisor.diagnosis import (
    FAILURES,
    BlockDiagnosis,
    Diagnosis,
    Shop,
    diagnose_block,
    open_shop,
    open_shops,
)
from advisor.document import Document, compose_document, experience, since_info
from advisor.errors import AdvisorError, NothingReadable
from advisor.history import (
    Mark,
    Partitions,
    Past,
    PastQuestion,
    Runs,
    Store,
    changes_since,
    merge_past,
    read_past,
    runs_of,
)
from advisor.ingest import STDIN, is_address, is_facts
from advisor.judge import Engine, choose
from advisor.knowledge import Resolver, ShopKnowledge
from advisor.metrics import SubjectChange
from advisor.model import (
    AGENCY_NAME,
    CONFIG_NAME,
    HISTORY_NAME,
    Request,
    Settings,
    define,
    frozen,
    named_folder,
    named_settings,
    read_settings,
    texts_below,
)
from advisor.plugin import Failure, Registry, Templates, TextFolder, describe_error
from advisor.report import PROGRAM, SETTINGS, UNREADABLE, FailedShop

INDEX_FILES = ("index.md", "index.html", "index.json", "index.xlsx")
# Of a block: shops of one country, language and set of files are worked on together, so a block is
# to have several of each; further ones share little more, and take memory.
MOST_SHOPS = 192
MOST_ROWS = 800_000  # of a block, so that memory does not grow with the number of shops
Progress = Callable[[int, int, str], None]
OnDocument = Callable[[Path, ShopKnowledge, Document], None]
OnBlock = Callable[[Sequence[Path], BlockDiagnosis, "Recalled"], None]
Opener = Callable[[Iterable[Path], Request, Resolver], Iterator[Shop | Failure]]


def shop_folders(folder: Path) -> tuple[Path, ...]:
    """The subfolders of *folder* that are shops, by name; none where *folder* is a shop itself."""
    if not folder.is_dir() or (folder / CONFIG_NAME).is_file():
        return ()
    return tuple(sorted(one.parent for one in folder.glob(f"*/{CONFIG_NAME}") if one.is_file()))


def other_entries(folder: Path, shops: tuple[Path, ...]) -> tuple[str, ...]:
    """What lies in *folder* beside its *shops* and is therefore not read, by name; our own index
    does not count."""
    return tuple(
        sorted(
            one.name
            for one in folder.iterdir()
            if one not in shops
            and one.name not in (*INDEX_FILES, AGENCY_NAME)
            and not one.name.startswith(".")
        )
    )


def history_store(request: Request) -> Store | None:
    """Where the runs of the shop of *request* are kept; None where they are not. Facts, standard
    input and databases are nobody's folder: their runs are kept in a database that the settings
    name, or not at all."""
    history = request.settings.history
    if not request.history or not history.enabled:
        return None
    if history.url is None and not all(map(_is_export, request.paths)):
        return None
    return shop_store(request.settings, request.config)


def shop_store(settings: Settings, config: Path | None) -> Store | None:
    """Where the history of the shop with these *settings* is: in a database that they name, else
    beside *config*, its advisor.toml."""
    if settings.history.url is not None:
        return Store(url=settings.history.url)
    return None if config is None else Store(config.absolute().parent / HISTORY_NAME)


def _is_export(path: str) -> bool:
    return path != STDIN and not is_address(path) and not is_facts(Path(path))


@define(eq=False)
class Memory:
    """The histories of the shops of a run. One that cannot be used costs a line in *problems*, and
    the run goes on without it. With *partitions*, which opens the common history of some shops, it
    is that of shops whose settings name no database; what it is to keep of this run is *kept*.
    Without *records* it only tells of the past."""

    problems: list[str] = attrs.field(factory=list)
    partitions: Callable[[frozenset[str]], Partitions] | None = None
    kept: list[Runs] = attrs.field(factory=list)
    records: bool = True
    _shared: Store | None = None
    _refused: set[Store] = attrs.field(factory=set)

    def with_changes(self, shops: Sequence[Shop]) -> list[Shop]:
        """*shops* with what their histories say was done to their subjects before the day of the
        run."""
        stores: dict[Store, list[str]] = {}
        if self.partitions is not None:
            self._shared = Store(partitions=self.partitions(frozenset(one.id for one in shops)))
        for one in shops:
            store = self._store_of(one.known.request)
            if store is not None and store not in self._refused:
                stores.setdefault(store, []).append(one.id)
        changes: dict[str, list[SubjectChange]] = {}
        days = {one.id: one.known.request.today for one in shops}
        for store, ids in stores.items():
            try:
                marks = store.marks_by_shop(ids)
            except AdvisorError as error:
                self._refuse(store, error)
                continue
            for shop, done in marks.items():
                changes[shop] = [
                    SubjectChange(shop, mark.done.kind, key, mark.done.day)
                    for mark in done
                    if mark.done.is_known(days[shop])
                    for key in mark.done.subjects
                ]
        return [
            attrs.evolve(
                one,
                changes=tuple(
                    change
                    for change in changes.get(one.id, ())
                    if change.day < one.known.request.today
                ),
            )
            for one in shops
        ]

    def _past(self, diagnoses: Iterable[Diagnosis]) -> Past:
        """What the histories of these shops have of earlier days."""
        questions = []
        for one in diagnoses:
            store = self._store(one)
            if store is not None:
                last = one.window.current.last if one.window.current else None
                request = one.request
                chosen_days = request.asks_for_a_period
                questions.append(
                    PastQuestion(one.business.id, store, request.today, chosen_days, last)
                )
        try:
            return read_past(questions)
        except AdvisorError:
            if len(questions) > 1:  # one of them is to blame, and the others have a past
                return merge_past([self._past_of(question) for question in questions])
            return self._past_of(questions[0])

    def _past_of(self, question: PastQuestion) -> Past:
        try:
            return read_past([question])
        except AdvisorError as error:
            self._refuse(question.store, error)
            return Past()

    def recall(self, diagnosed: BlockDiagnosis) -> tuple[BlockDiagnosis, "Recalled"]:
        """*diagnosed*, of shops `with_changes`, with plans that know of former actions, and what
        its histories tell of it."""
        past = self._past(diagnosed.shops)
        remembered = [one.id for one in diagnosed.shops if self._store(one) is not None]
        if not remembered:
            return diagnosed, Recalled(past)
        from advisor.experiment import run_records, verdicts

        shops = {one.id: one for one in diagnosed.shops}
        called = {id_: verdicts(marks, shops[id_]) for id_, marks in past.marks.items() if marks}
        marks = {
            id_: [mark.looked_at(looks.get(mark.number)) for mark in past.marks[id_]]
            for id_, looks in called.items()
        }
        lessons = {
            id_: experience(
                marks.get(id_, ()), past.levers.get(id_, ()), one.business, one.rules.rules
            )
            for id_, one in shops.items()
            if id_ in marks or past.levers.get(id_)
        }
        if lessons:
            diagnosed = attrs.evolve(diagnosed, experience=lessons)
        runs = run_records(diagnosed, past, called).of(remembered)
        changed = changes_since(runs.infos, runs.findings, past)
        return diagnosed, Recalled(past, marks, runs, changed)

    def record(self, diagnosed: Iterable[Diagnosis], recalled: "Recalled") -> None:
        """Keep the runs of these shops in their histories."""
        shops: dict[Store, list[str]] = {}
        for one in diagnosed:
            store = self._store(one)
            if store is not None and self.records:
                shops.setdefault(store, []).append(one.id)
        for store, own in shops.items():
            runs = recalled.runs.of(own)
            if store.partitions is not None:
                self.kept.append(runs)
                continue
            try:
                store.record(runs)
            except AdvisorError as error:
                self._refuse(store, error)

    def _store(self, diagnosis: Diagnosis) -> Store | None:
        store = self._store_of(diagnosis.request)
        return None if store in self._refused else store

    def _store_of(self, request: Request) -> Store | None:
        history = request.settings.history
        if self._shared is None or history.url is not None:
            return history_store(request)
        return self._shared if request.history and history.enabled else None

    def _refuse(self, store: Store, error: AdvisorError) -> None:
        self._refused.add(store)
        self.problems.append(f"this run is not in the history: {error}")


@frozen(eq=False)
class Recalled:
    """What the histories of the shops of a block tell: their *past*, the *marks* of actions with
    what is said of them now, what is to be kept of their *runs*, and the *changes* since the runs
    before (see advisor.history.changes_since)."""

    past: Past
    marks: Mapping[str, Sequence[Mark]] = attrs.field(factory=dict)
    runs: Runs = attrs.field(factory=lambda: runs_of(()))
    changes: pl.DataFrame | None = None

    def document(self, diagnosis: Diagnosis) -> Document:
        """The document of a shop."""
        id_, past = diagnosis.id, self.past
        now, then = self.runs.infos.get(id_), past.runs.get(id_)
        since = None
        if now is not None and then is not None and self.changes is not None:
            changed = self.changes.filter(pl.col("shop") == id_)
            words, currency = diagnosis.vocabulary, diagnosis.business.currency
            since = since_info(now, then, changed, words, diagnosis.language, currency)
        marks, tests = self.marks.get(id_, ()), past.experiments.get(id_, ())
        return compose_document(diagnosis, marks, tests, since)


def diagnose_shop(
    request: Request, registry: Registry, *, progress: Progress | None = None
) -> Diagnosis:
    """The diagnosis of one shop by the days that its plan has: its history is asked what was done.
    Raises AdvisorError for what the user can mend."""
    engine, resolver = choose(), Resolver(registry)
    opened = open_shop(attrs.evolve(request, history=True), resolver, progress=progress)
    shops = Memory(records=False).with_changes([opened])
    return diagnose_block(shops, resolver, engine=engine).shops[0]


def diagnose_many(
    folders: Sequence[Path],
    request: Request,
    registry: Registry,
    on_document: OnDocument | None = None,
    *,
    on_block: OnBlock | None = None,
    engine: Engine | None = None,
    progress: Progress | None = None,
    most_shops: int = MOST_SHOPS,
    memory: Memory | None = None,
    wanted: Callable[[Path], bool] = lambda _: True,
    opener: Opener | None = None,
    resolver: Resolver | None = None,
) -> tuple[FailedShop, ...]:
    """Diagnoses each shop of *folders* with the options of *request*, block by block;
    *on_document* gets every document as soon as it is there, and none is kept; without it none is
    made, nor of a folder that is not *wanted*. *on_block* gets each block, with the folders of its
    shops. *memory* has the problems of histories afterwards. *opener* reads the shops, from the
    exports in their folders where it is not given. *resolver* knows rules and bands already.

    Gives the shops that could not be diagnosed, and why; the others go on.
    """
    acting, kept = engine or choose(), memory or Memory()
    run = _Run(
        resolver or Resolver(registry),
        acting,
        on_document,
        on_block,
        kept,
        wanted,
        opener or open_folders,
    )
    for block in run.blocks(folders, request, most_shops, progress):
        run.block(block)
    return tuple(run.failed)


def gather_many(
    folders: Sequence[Path],
    request: Request,
    registry: Registry,
    opener: Opener,
    progress: Progress | None = None,
) -> tuple[FailedShop, ...]:
    """Has *opener* read each shop of *folders*. Gives those that cannot be read, and why."""
    run = _Run(Resolver(registry), None, None, None, Memory(), lambda _: False, opener)
    for _ in run.opened(folders, request, progress):
        pass  # the opener keeps what it reads
    return tuple(run.failed)


def open_folders(
    folders: Iterable[Path],
    request: Request,
    resolver: Resolver,
    adjust: Callable[[Path, Settings], Settings] = lambda _, settings: settings,
) -> Iterator[Shop | Failure]:
    """Reads the exports in *folders* by their advisor.toml, with what *adjust* makes of each; a
    shop without an id is called by its folder."""
    return open_shops((_request_of(folder, request, adjust) for folder in folders), resolver)


def _request_of(
    folder: Path, request: Request, adjust: Callable[[Path, Settings], Settings]
) -> Request | Failure:
    try:
        settings = named_settings(read_settings(folder / CONFIG_NAME), folder.name)
        settings = adjust(folder, settings)
    except AdvisorError as error:
        return Failure(error)
    config = folder / CONFIG_NAME
    return attrs.evolve(request, paths=(str(folder),), settings=settings, config=config)


def own_templates(request: Request) -> tuple[Templates, ...]:
    """The shop's own folder of templates, where it has one. Raises AdvisorError where it is not
    there or lies elsewhere."""
    named, config = request.settings.report.templates, request.config
    if named is None:
        return ()
    base = config.parent if config else Path()
    folder = named_folder(base, named, key="report.templates")
    if not folder.is_dir():
        where = str(config or CONFIG_NAME)
        raise AdvisorError(f"report.templates: no such folder: {folder}", where=where)
    return (Templates("own", TextFolder(str(folder), texts_below(folder, (".j2",)))),)


def no_shop(failed: Sequence[FailedShop]) -> AdvisorError:
    """What to say where no shop has a plan."""
    lines = "".join(f"\n  {shop.id}: {shop.problem}" for shop in failed)
    unreadable = all(shop.kind == UNREADABLE for shop in failed)
    kind = NothingReadable if unreadable else AdvisorError
    return kind(f"no shop could be diagnosed{lines}")


@frozen(eq=False)
class _Opened:
    """A shop's folder whose files were read."""

    folder: Path
    shop: Shop

    @property
    def rows(self) -> int:
        """How many rows of counts its files gave."""
        readings = self.shop.gathered.readings
        return sum(table.frame.height for reading in readings for table in reading.tables)


@define(eq=False)
class _Run:
    """One run over many shops."""

    resolver: Resolver
    engine: Engine | None
    on_document: OnDocument | None
    on_block: OnBlock | None
    memory: Memory
    wanted: Callable[[Path], bool]
    opener: Opener
    failed: list[FailedShop] = attrs.field(factory=list)

    def blocks(
        self,
        folders: Sequence[Path],
        request: Request,
        most_shops: int,
        progress: Progress | None,
    ) -> Iterator[list[_Opened]]:
        """The shops whose files can be read, in blocks in which each id is there once."""
        block: list[_Opened] = []
        rows = 0
        for opened in self.opened(folders, request, progress):
            twice = any(one.shop.id == opened.shop.id for one in block)
            if block and (twice or len(block) >= most_shops or rows + opened.rows > MOST_ROWS):
                yield block
                block, rows = [], 0
            block.append(opened)
            rows += opened.rows
        if block:
            yield block

    def opened(
        self, folders: Sequence[Path], request: Request, progress: Progress | None
    ) -> Iterator[_Opened]:
        """The shops in *folders* that can be read; others have a line in `failed`."""

        def begun() -> Iterator[Path]:
            for index, folder in enumerate(folders):
                if progress is not None:
                    progress(index, len(folders), folder.name)
                yield folder

        shops = self.opener(begun(), request, self.resolver)
        for folder, shop in zip(folders, shops, strict=True):
            if isinstance(shop, Failure):
                self._fail(folder, shop.error)
            else:
                yield _Opened(folder, shop)

    def block(self, block: Sequence[_Opened], *, again: bool = False) -> None:
        """Diagnoses the shops of *block* and hands their documents on. A block that raises is
        halved until the shop is found that is to blame. *again*: `on_block` had these shops."""
        try:
            diagnosed, recalled = self.memory.recall(
                diagnose_block(
                    self.memory.with_changes([one.shop for one in block]),
                    self.resolver,
                    engine=self.engine,
                )
            )
            if self.on_block is not None and not again:
                self.on_block([one.folder for one in block], diagnosed, recalled)
        except FAILURES as error:
            if len(block) == 1:
                self._fail(block[0].folder, error)
                return
            middle = len(block) // 2
            self.block(block[:middle])
            self.block(block[middle:])
            return
        done: list[Diagnosis] = []
        for opened, diagnosis in zip(block, diagnosed.shops, strict=True):
            if self.on_document is None or not self.wanted(opened.folder):
                done.append(diagnosis)
                continue
            try:
                # A copy: what its document takes of the block goes with it.
                document = recalled.document(attrs.evolve(diagnosis))
            except FAILURES as error:
                if len(block) > 1:  # another shop of the block may be to blame
                    self.block([opened], again=True)
                else:
                    self._fail(opened.folder, error)
                continue
            try:
                self.on_document(opened.folder, opened.shop.known, document)
            except FAILURES as error:
                self._fail(opened.folder, error)
            else:
                done.append(diagnosis)
        self.memory.record(done, recalled)

    def _fail(self, folder: Path, error: BaseException) -> None:
        if isinstance(error, AdvisorError):
            kind = UNREADABLE if isinstance(error, NothingReadable) else SETTINGS
            self.failed.append(FailedShop(folder.name, str(error), kind))
            return
        problem = f"a fault of this program, not of the shop: {describe_error(error)}"
        self.failed.append(FailedShop(folder.name, problem, PROGRAM))
