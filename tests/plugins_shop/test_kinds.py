"""What the kinds and the vocabulary of the shop's plugins say, held against each other."""

import pytest

from advisor.model.vocabulary import Vocabulary
from advisor.model.vocabulary_files import merge
from advisor.tabular.kind import Kind, Role
from advisor.tabular.kinds import load_kinds
from advisor_tiktok_ads import advisor_vocabulary as ads_vocabulary
from advisor_tiktok_shop import advisor_vocabulary as shop_vocabulary

KINDS = (*load_kinds("advisor_tiktok_shop"), *load_kinds("advisor_tiktok_studio"))
every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return merge([("shop", shop_vocabulary()[0]), ("ads", ads_vocabulary()[0])])


@every_kind
def test_every_count_of_a_kind_is_declared(kind: Kind, vocabulary: Vocabulary) -> None:
    # Columns of one fee are added up: `platform_fee.item` is a part of `platform_fee`.
    counts = {column.count.partition(".")[0] for column in kind.columns.values() if column.count}
    assert counts - vocabulary.counts.keys() == set()


@every_kind
def test_every_subject_and_relation_of_a_kind_is_declared(
    kind: Kind, vocabulary: Vocabulary
) -> None:
    subjects = {name for subject in kind.subject for name in (subject.kind, *subject.parents)}
    assert subjects - vocabulary.subjects.keys() == set()
    assert set(kind.links) - vocabulary.relations.keys() == set()


@every_kind
def test_every_kind_says_what_it_is_and_where_to_get_it(kind: Kind) -> None:
    assert kind.title
    assert kind.where
    assert len(kind.documentation) > 60


@every_kind
def test_no_two_columns_of_a_kind_share_a_name_in_one_language(kind: Kind) -> None:
    seen: dict[tuple[str, str, int], str] = {}
    for name, column in kind.columns.items():
        for language, headers in column.headers.items():
            for header in headers:
                place = (language, header.casefold(), column.occurrence)
                assert place not in seen, f"{header!r} is both {name} and {seen.get(place)}"
                seen[place] = name


def test_a_personal_column_is_no_count_and_no_part_of_a_key() -> None:
    personal = {
        (kind.id, name): column.count
        for kind in KINDS
        for name, column in kind.columns.items()
        if column.role is Role.PERSONAL
    }
    assert set(personal.values()) == {None}
    parts = {
        (kind.id, part)
        for kind in KINDS
        for subject in kind.subject
        for part in (*subject.key, subject.name, *(p for k in subject.parents.values() for p in k))
    }
    assert parts & personal.keys() == set()


BUYERS = ("Buyer Username", "Recipient", "Phone #", "Zipcode", "Detail Address", "Buyer Note")


@pytest.mark.parametrize("header", BUYERS)
def test_what_tells_who_a_buyer_is_is_personal_wherever_it_comes(header: str) -> None:
    roles = {
        column.role
        for kind in KINDS
        for column in kind.columns.values()
        if any(header in names for names in column.headers.values())
    }
    assert roles == {Role.PERSONAL}


def test_a_channel_is_never_the_shop_and_its_counts_never_the_products(
    vocabulary: Vocabulary,
) -> None:
    families = {kind.id: kind.family for kind in KINDS}
    assert vocabulary.subjects["channel"].parent == "shop"
    assert families["video-daily"] != families["video-list"]
    # Of two families of a kind the first in this order is believed: the part comes after the whole.
    assert families["product-list"] < families["product-card-list"]
    assert families["shop-analytics-daily"] < families["product-traffic-total"]
