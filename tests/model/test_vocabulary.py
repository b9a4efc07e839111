"""The words of all plugins make one vocabulary, or every clash and loose end is named."""

import pytest

from advisor.errors import Mistakes
from advisor.model.vocabulary import Vocabulary
from advisor.model.vocabulary_files import merge, vocabulary_file
from tests.core import WORDS


def merged(*texts: str) -> Vocabulary:
    files = [(f"p{n}", vocabulary_file(text, where=f"p{n}")) for n, text in enumerate(texts)]
    return merge(files)


def mistakes(*texts: str) -> list[str]:
    with pytest.raises(Mistakes) as caught:
        merged(*texts)
    return list(caught.value.mistakes)


AD = '[[subject]]\nid = "ad"\ntitle = "Ad"\nplural = "ads"\n'
LEVER = '[[lever]]\nid = "hook"\ntitle = "the hook"\n'
CLICKS = '[[count]]\nid = "clicks"\ntitle = "clicks"\n'


def test_one_plugin_may_use_the_words_of_another() -> None:
    found = merged(AD + 'parent = "campaign"', AD.replace("ad", "campaign").replace("Ad", "C"))

    assert found.ancestors("ad") == ("ad", "campaign")


def test_the_same_in_the_same_words_is_no_clash() -> None:
    assert merged(CLICKS, CLICKS).counts.keys() == {"clicks"}


def test_the_same_id_with_another_meaning_names_both_plugins() -> None:
    assert mistakes(CLICKS, CLICKS.replace('title = "clicks"', 'title = "taps"')) == [
        "count 'clicks' is declared by p0 and by p1"
    ]


METRIC = """
[[metric]]
id = "m"
title = "M"
kind = "{kind}"
unit = "ratio"
definition = "M."
numerator = {top}
denominator = {bottom}
{more}
"""


@pytest.mark.parametrize(
    ("kind", "top", "bottom", "more", "says"),
    [
        ("rate", '["clcks"]', '["clicks"]', "", "unknown count 'clcks'; did you mean 'clicks'?"),
        ("exact", '["clicks"]', '["clicks"]', "", "an exact metric, and no other, has no denom"),
        ("rate", '["clicks"]', "[]", "", "an exact metric, and no other, has no denominator"),
        ("money-ratio", '["clicks"]', '["clicks"]', "", "names the count of its events"),
        ("rate", '["clicks"]', '["clicks"]', 'money = "gmw"', "unknown count 'gmw'"),
        ("rate", '["clicks"]', '["clicks"]', 'subjects = ["add"]', "did you mean 'ad'?"),
        ("rate", '["clicks"]', '["clicks"]', 'goals = ["growth"]', "unknown goal 'growth'"),
    ],
)
def test_a_metric_that_cannot_be_computed_is_named(
    kind: str, top: str, bottom: str, more: str, says: str
) -> None:
    text = METRIC.format(kind=kind, top=top, bottom=bottom, more=more)

    (found,) = mistakes(AD + CLICKS + text)

    assert found.startswith("metric m: ")
    assert says in found


COURSE = '\n[[course]]\nid = "c"\ntitle = "C"\nsubject = "ad"\ncount = "{}"\nbeside = ["{}"]\n'
CLICKS_M = "\n" + CLICKS + METRIC.format(kind="exact", top='["clicks"]', bottom="[]", more="")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (AD + 'parent = "campain"', "subject ad: unknown subject 'campain'"),
        (AD + 'pools = "addd"', "subject ad: unknown subject 'addd'; did you mean 'ad'?"),
        (AD + 'ranked-by = ["ctr"]', "subject ad: unknown metric 'ctr'"),
        (
            AD + 'ranked-by = ["m"]' + CLICKS_M,
            "subject ad: m ranks nothing: it is no rate, or neither way is better",
        ),
        ('[[relation]]\nid = "r"\nfrom = "ad"\nto = "product"\n' + AD, "relation r: unknown"),
        (LEVER + 'before = ["bugdet"]', "lever hook: unknown lever 'bugdet'"),
        (LEVER + 'before = ["hook/riase"]', "lever hook: hook: unknown direction 'riase'"),
        (LEVER + 'before = ["hook"]', "levers wait for each other: hook -> hook"),
        (LEVER + 'opposed = [["raise", "drop"]]', "lever hook: unknown direction 'drop'"),
        (
            AD
            + CLICKS
            + '[[margin]]\nid = "m"\nsubject = "ad"\nshare = "kept"\nsales = "clicks"\n',
            "margin m: unknown count 'kept'",
        ),
        (
            AD
            + CLICKS
            + COURSE.format("click", "m")
            + METRIC.format(kind="exact", top='["clicks"]', bottom="[]", more=""),
            "course c: unknown count 'click'; did you mean",
        ),
        (AD + CLICKS + COURSE.format("clicks", "add"), "course c: unknown metric 'add'"),
        ('[[goal]]\nid = "g"\ntitle = "G"\nkpis = ["ctr"]', "goal g: unknown metric 'ctr'"),
        ('[[identity]]\nid = "i"\nleft = "a"\ntimes = []', "identity i: unknown metric 'a'"),
    ],
)
def test_a_loose_end_is_named(text: str, says: str) -> None:
    (found,) = mistakes(text)

    assert found.startswith(says)


def test_a_count_may_be_a_metric_of_itself_and_of_nothing_else() -> None:
    own = METRIC.replace('"m"', '"clicks"').replace("denominator = {bottom}\n", "")

    assert merged(CLICKS + own.format(kind="exact", top='["clicks"]', more="")).metrics
    (found,) = mistakes(
        CLICKS
        + CLICKS.replace("clicks", "taps")
        + own.format(kind="exact", top='["taps"]', more="")
    )
    assert "a count has the same id and means something else" in found


def test_a_circle_of_parents_ends() -> None:
    text = AD + 'parent = "campaign"\n' + AD.replace("ad", "campaign") + 'parent = "ad"\n'

    assert merged(text).ancestors("ad") == ("ad", "campaign")


@pytest.mark.parametrize(
    ("kind", "ladder", "stand_ins"),
    [
        ("ad", ("ad", "ad-group", "campaign", "shop"), ("ad", "ad-group", "campaign")),
        ("product", ("product", "shop"), ("product",)),
        ("shop", ("shop",), ("shop",)),
    ],
)
def test_only_a_whole_may_stand_for_its_parts(
    kind: str, ladder: tuple[str, ...], stand_ins: tuple[str, ...]
) -> None:
    assert (WORDS.ancestors(kind), WORDS.equivalent_ancestors(kind)) == (ladder, stand_ins)


def test_a_lever_may_come_before_one_that_another_plugin_would_bring() -> None:
    words = merge([("here", vocabulary_file(LEVER + 'before = ["budget/raise?"]', where="here"))])

    assert words.levers["hook"].before == ("budget/raise?",)
