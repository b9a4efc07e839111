"""The contract of providers: an honest one keeps every promise, and each can be broken."""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import polars as pl
import pytest

from advisor import KindInfo, Match, ReadContext, Reading, Source
from advisor.errors import AdvisorError
from advisor.testing import ProviderContract, Sample
from tests.shapes import ads_manager
from tests.testing.broken import broken_promises
from tests.testing.stock import HEADER, HONEST, ROWS, SAMPLE, WORDS_PLUGIN, Stock, with_frame


class TestHonest(ProviderContract):
    provider = HONEST
    samples = (SAMPLE, attrs.evolve(SAMPLE, personal=("ann@example.com",), rows=3))
    plugins = (WORDS_PLUGIN,)


class Blind(Stock):
    def recognise(self, source: Source) -> Sequence[Match]:
        return [Match("parcels", 3, lacks=("Parcel SKU",))]


class Greedy(Stock):
    def recognise(self, source: Source) -> Sequence[Match]:
        return [Match("parcels", 1)]


class ByName(Stock):
    def recognise(self, source: Source) -> Sequence[Match]:
        return super().recognise(source) if source.file.name.endswith(".csv") else []


class Fussy(Stock):
    def read(self, source: Source, match: Match, context: ReadContext) -> Reading:
        if source.file.name == "renamed":
            raise AdvisorError("its name does not say of which day it is")
        return super().read(source, match, context)


class NameInside(Stock):
    def read(self, source: Source, match: Match, context: ReadContext) -> Reading:
        made = super().read(source, match, context)
        named = pl.lit(source.file.name).alias("name")
        return with_frame(lambda frame: frame.with_columns(named))(made)


class Fragile(Stock):
    def read(self, source: Source, match: Match, context: ReadContext) -> Reading:
        if source.grids[0].body(0, range(5))["c4"].null_count():
            raise IndexError("no such driver")
        return super().read(source, match, context)


class Careless(Stock):
    def read(self, source: Source, match: Match, context: ReadContext) -> Reading:
        made = super().read(source, match, context)
        return with_frame(lambda frame: frame.with_columns(pl.lit(1).alias("delivered")))(made)


def mails(reading: Reading) -> Reading:
    return with_frame(
        lambda frame: frame.with_columns(pl.lit("ann@example.com").alias("parent.shop"))
    )(reading)


ADS = Sample("ads.csv", ads_manager.daily_csv([]), kind="parcels", totals={"delivered": 0})
UNSAID: Mapping[str, KindInfo] = {"parcels": KindInfo("Stock", "", ("parcel",), ("delivered",))}


@pytest.mark.parametrize(
    ("promise", "message", "given"),
    [
        ("recognizes_its_own_samples", "it lacks Parcel SKU", {"provider": Blind()}),
        (
            "recognizes_its_own_samples",
            "expected kind 'shelf', found 'parcels'",
            {"samples": [attrs.evolve(SAMPLE, kind="shelf")]},
        ),
        (
            "no_other_provider_claims_its_samples",
            "tiktok-ads claims it as 'ads-manager-report'",
            {"provider": Greedy(), "samples": [ADS]},
        ),
        ("refuses_the_files_of_others", "songs.json: is claimed", {"provider": Greedy()}),
        (
            "refuses_the_files_of_others",
            "other.csv: is claimed as 'parcels'",
            {"others": [attrs.evolve(SAMPLE, name="other.csv")]},
        ),
        ("says_what_it_reads", "unknown subject 'parcel'", {"provider": Stock(kinds=UNSAID)}),
        ("says_what_it_reads", "title and where", {"provider": Stock(kinds=UNSAID)}),
        ("says_what_it_reads", "gives 'delivered_late'", {"provider": Stock(kinds=UNSAID)}),
        ("gives_readings_as_the_host_expects_them", "is Int32", {"provider": Careless()}),
        (
            "loses_no_row",
            "has 3 rows after its header, accounted for: 2 read, left out none",
            {"provider": Stock(twist=lambda reading: attrs.evolve(reading, rows=2))},
        ),
        ("loses_no_row", "has 4 rows", {"samples": [attrs.evolve(SAMPLE, rows=4)]}),
        (
            "loses_no_row",
            "say how many rows it has",
            {"provider": Stock(twist=lambda reading: attrs.evolve(reading, columns=()))},
        ),
        (
            "totals_agree",
            "'delivered' of every product is 480, the file's total is 240",
            {
                "provider": Stock(
                    twist=with_frame(lambda frame: frame.with_columns(pl.col("delivered") * 2))
                )
            },
        ),
        (
            "totals_agree",
            "no table has 'spend'",
            {"samples": [Sample("s", SAMPLE.data, totals={"spend": 1})]},
        ),
        ("totals_agree", "no sample states", {"samples": [attrs.evolve(SAMPLE, totals={})]}),
        (
            "every_number_has_its_row",
            "'A-2' is said to stand in row 2 of the file, and stands elsewhere",
            {
                "provider": Stock(
                    twist=with_frame(
                        lambda frame: frame.with_columns(pl.col("_row") % 3 + 2).sort("_row")
                    )
                )
            },
        ),
        (
            "every_number_has_its_row",
            "row 12 is no row of the file, which ends with row 4",
            {
                "provider": Stock(
                    twist=with_frame(lambda frame: frame.with_columns(pl.col("_row") + 10))
                )
            },
        ),
        (
            "every_number_has_its_row",
            "has no column '_row'",
            {"provider": Stock(twist=with_frame(lambda frame: frame.drop("_row")))},
        ),
        ("leaves_out_personal_data", "holds 'ann@example.com'", {"provider": Stock(twist=mails)}),
        (
            "leaves_out_personal_data",
            "holds 'Serum'",
            {"samples": [attrs.evolve(SAMPLE, personal=("Serum",))]},
        ),
        (
            "leaves_out_personal_data",
            "'Zoe' is called personal and is not in the file",
            {"samples": [attrs.evolve(SAMPLE, personal=("Zoe",))]},
        ),
        ("survives_a_file_that_was_cut_off", "IndexError", {"provider": Fragile()}),
        ("reads_by_content_alone", "is claimed otherwise", {"provider": ByName()}),
        ("reads_by_content_alone", "is refused as 'renamed'", {"provider": Fussy()}),
        (
            "leaves_missing_missing",
            "without 'Parcels late', 'delivered_late' becomes 0",
            {"provider": Stock(twist=with_frame(lambda frame: frame.fill_null(0)))},
        ),
        ("reads_by_content_alone", "is read otherwise as 'renamed'", {"provider": NameInside()}),
    ],
)
def test_a_promise_can_be_broken(promise: str, message: str, given: dict[str, Any]) -> None:
    settings = {"provider": HONEST, "samples": [SAMPLE], "plugins": [WORDS_PLUGIN], **given}

    assert message in broken_promises(ProviderContract, settings)[promise]


def test_a_sample_whose_name_says_what_it_is_about_may_be_refused_without_it() -> None:
    named = attrs.evolve(SAMPLE, named=True)

    ProviderContract.holds(provider=Fussy(), samples=[named], plugins=[WORDS_PLUGIN])


def test_all_that_is_broken_is_told_at_once() -> None:
    with pytest.raises(AssertionError) as caught:
        ProviderContract.holds(provider=Blind(), samples=[SAMPLE], plugins=[WORDS_PLUGIN])

    assert str(caught.value).startswith("ProviderContract: ")
    assert "recognizes_its_own_samples: stock.csv: is not recognized" in str(caught.value)
    assert "totals_agree: " in str(caught.value)


def test_a_setting_that_is_not_there_is_named_with_its_nearest() -> None:
    with pytest.raises(AdvisorError, match="unknown setting 'sample'; did you mean 'samples'"):
        ProviderContract.holds(provider=HONEST, sample=[SAMPLE])


def test_what_a_contract_is_about_must_be_said() -> None:
    with pytest.raises(AttributeError, match="says nothing of its 'provider'"):
        ProviderContract.promises(samples=[SAMPLE])[0]()


def test_a_bug_of_a_provider_keeps_its_traceback() -> None:
    def broken(reading: Reading) -> Reading:
        raise ZeroDivisionError("bug")

    with pytest.raises(ZeroDivisionError):
        ProviderContract.holds(provider=Stock(twist=broken), samples=[SAMPLE])


@pytest.mark.parametrize(
    "promise",
    ProviderContract.promises(provider=HONEST, samples=[SAMPLE], plugins=[WORDS_PLUGIN]),
    ids=str,
)
def test_promises_can_be_parameters(promise: Any) -> None:
    promise()


def test_the_sample_is_what_the_tests_say_of_it() -> None:
    assert SAMPLE.data.decode().count("\n") == len(ROWS)
    assert len(HEADER) == len(ROWS[0])
