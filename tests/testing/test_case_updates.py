"""Expected sentences are rewritten in place, and nothing else is."""

from hypothesis import given
from hypothesis import strategies as st

from advisor.model.toml import parse_toml
from advisor.testing.case_updates import update_sentences

TEXT = """# of an ad
["one"]   # the first
subject = { name = "Haul", spend = 10 }
outcome  = "fires"
finding  = "Haul costs $12"

["one".symbols]
mood = "dull"

[two]
finding = 'Haul costs $13'
outcome = "fires"
subject = { name = "Haul", spend = 10 }

[three]
finding = \"\"\"
Haul costs $14\"\"\"
outcome = "fires"
subject = { finding = 3 }
"""


def test_only_the_sentence_changes() -> None:
    found, left = update_sentences(TEXT, {"one": 'Haul "costs" $10', "two": "It costs \\ $10"})

    assert left == []
    assert found == TEXT.replace('"Haul costs $12"', '"Haul \\"costs\\" $10"').replace(
        "'Haul costs $13'", '"It costs \\\\ $10"'
    )


def test_a_sentence_that_is_written_otherwise_is_left_and_named() -> None:
    inline = 'one = { outcome = "fires", finding = "Haul costs $12" }\n'

    assert update_sentences(TEXT, {"three": "Haul costs $10"}) == (TEXT, ["three"])
    assert update_sentences(inline, {"one": "Haul costs $10"}) == (inline, ["one"])


def test_line_ends_stay() -> None:
    text = TEXT.replace("\n", "\r\n")

    found, _ = update_sentences(text, {"one": "Haul costs $10"})

    assert found == text.replace("Haul costs $12", "Haul costs $10")


@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_whatever_the_sentence_is_it_is_read_back_or_left(sentence: str) -> None:
    found, left = update_sentences(TEXT, {"one": sentence})

    before, after = parse_toml(TEXT, where="before"), parse_toml(found, where="after")
    if left:
        assert found == TEXT
    else:
        assert after["one"].pop("finding") == sentence
        before["one"].pop("finding")
        assert after == before
