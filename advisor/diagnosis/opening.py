"""Opens shops: settings are resolved and files are read, of small shops side by side."""

from collections import deque
from collections.abc import Iterable, Iterator

from polars.exceptions import PanicException

from advisor.errors import NothingReadable
from advisor.ingest import SIDE_BY_SIDE, Gathered, ShopFiles, gather_shops
from advisor.knowledge import Resolver, ShopKnowledge, check_profile
from advisor.metrics import SubjectChange
from advisor.model import Progress, Request, frozen
from advisor.plugin import Failure, ReadContext, Registry
from advisor.tabular import OwnSources


@frozen(eq=False)
class Shop:
    """A shop whose files were read, on its way through a block; *changes* are what was done to its
    subjects, which are judged by the days after it."""

    known: ShopKnowledge
    gathered: Gathered
    changes: tuple[SubjectChange, ...] = ()

    @property
    def id(self) -> str:
        return self.known.business.id


# A panic inside polars is not an Exception, and it is one shop's numbers that made it.
FAILURES = (Exception, PanicException)


def open_shop(request: Request, resolver: Resolver, *, progress: Progress | None = None) -> Shop:
    """Resolves one shop and reads its files. Raises AdvisorError for what the user can mend."""
    gathered = gather_shop(request, resolver.registry, progress=progress)
    return Shop(resolver.resolve(request), gathered)


def open_shops(
    requests: Iterable[Request | Failure], resolver: Resolver
) -> Iterator[Shop | Failure]:
    """Resolves shops and reads their files, of small ones side by side. A shop that cannot be
    opened costs none of the others; a failure is handed on."""
    begun: deque[Request | Failure] = deque()

    def asked() -> Iterator[Request | Failure]:
        for request in requests:
            begun.append(request)
            yield request

    for gathered in _gather(asked(), resolver.registry):
        request = begun.popleft()
        if isinstance(request, Failure):
            yield request
            continue
        if isinstance(gathered, Failure):
            yield gathered
            continue
        try:
            shop = Shop(resolver.resolve(request), gathered)
        except FAILURES as error:
            yield Failure(error)
        else:
            yield shop


def gather_shop(
    request: Request, registry: Registry, *, progress: Progress | None = None
) -> Gathered:
    """Reads the files of one shop, whose profile is checked first."""
    (gathered,) = _gather([request], registry, progress)
    if isinstance(gathered, Failure):
        raise gathered.error
    return gathered


def _gather(
    requests: Iterable[Request | Failure], registry: Registry, progress: Progress | None = None
) -> Iterator[Gathered | Failure]:
    files = (
        one if isinstance(one, Failure) else _shop_files(one, registry, progress)
        for one in requests
    )
    # What a shop took is told of each.
    most = SIDE_BY_SIDE if registry.trace is None else 1
    for gathered in gather_shops(files, most):
        if registry.trace is not None:
            registry.trace.tell_sums()
        if isinstance(gathered, Failure):
            yield _with_problems(gathered, registry)
        else:
            registry.faults += gathered.faults
            yield gathered


def _shop_files(
    request: Request, registry: Registry, progress: Progress | None
) -> ShopFiles | Failure:
    settings = request.settings
    shop = settings.shop
    context = ReadContext(
        request.today, shop.currency, shop.region, settings.orders.channels, shop.timezone
    )
    try:
        check_profile(request, registry)
        providers = registry.reading_providers()
        if settings.source:
            own = OwnSources(settings.source, registry.vocabulary())
            providers.append(registry.checked("advisor.toml", own))
    except FAILURES as error:
        return Failure(error)
    return ShopFiles(request.paths, providers, context, progress)


def _with_problems(failure: Failure, registry: Registry) -> Failure:
    """*failure*, where nothing could be read with the problems of plugins: one that failed may be
    the one that reads these files."""
    error = failure.error
    if not isinstance(error, NothingReadable) or not registry.problems:
        return failure
    problems = "".join(f"\n  {note.text}" for note in registry.problems)
    return Failure(NothingReadable(f"{error.message.rstrip()}{problems}\n", hint=error.hint))
