"""docs/contracts.md: what everything behind a kind of hook promises, contract by contract."""

import inspect
from collections.abc import Iterator

from advisor import testing
from docs.pages.markdown import code, page

CONTRACTS: tuple[type[testing.Contract], ...] = (
    testing.ProviderContract,
    testing.RulePackContract,
    testing.BenchmarksContract,
    testing.VocabularyContract,
    testing.MetricsContract,
    testing.ReportContract,
)

_INTRO = """\
Every plugin of a kind keeps these promises, the bundled ones too. [Test what you
wrote](testing.md) shows how to hold yours to them. The names of promises are those of the tests,
without `test_`.
"""


def render() -> str:
    """The page."""
    return page("Contracts", _INTRO, *(_contract(one) for one in CONTRACTS))


def _contract(contract: type[testing.Contract]) -> Iterator[str]:
    yield from (f"## {contract.__name__}", "", inspect.cleandoc(contract.__doc__ or ""), "")
    yield from (f"Settings: {code(inspect.get_annotations(contract))}.", "")
    for name, promise in vars(contract).items():
        if name.startswith("test_"):
            said = " ".join((inspect.getdoc(promise) or "").split())
            yield f"- `{name.removeprefix('test_')}`: {said}"
    yield ""
