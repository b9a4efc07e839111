"""What advice may not ask for, in many wordings, and sentences that read alike and are honest."""

from collections.abc import Callable
from importlib.resources import files
from itertools import pairwise

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.advice_lint import FILE, SPENDS_ONLY, advice_file, bundled, objections, prohibited_in
from advisor.condition import Conditions
from advisor.errors import Mistakes
from advisor.registry import load
from advisor.rule import Action, Rule, RulePack, Says, Severity
from advisor.rule_file import load_pack
from advisor.vocabulary import Lever

CAUGHT = {
    "bought-reviews": [
        "Buy 50 five-star reviews",
        "Purchase 1,000 followers to look established",
        "Buy twenty reviews and three dozen likes",
        "Buy a few hundred followers",
        "Consider buying likes for the first videos",
        "Pay for positive reviews on the new listing",
        "Use paid reviews to begin with",
        "Collect fake testimonials",
        "Write five reviews yourself from a second account",
        "Ask friends and family to leave reviews",
        "Have your staff post a rating",
        "Swap reviews with another shop",
        "Sales do not rise by themselves, buy reviews",
        "If reviews do not come, buy some good reviews",
        "Do not forget to buy 500 likes",
        "Do not hesitate to buy followers",
        "Rate your own product",
        "BUY REVIEWS",
        "No followers yet? Buy followers",
        "Generate ten reviews with ChatGPT",
        "Never mind the price: buy reviews",
        "Not only film more but buy followers",
        "Order 500 followers from a panel",
        "Get 200 reviews from a review service",
        "Pay an agency for reviews",
        "Seed the page with invented testimonials",
        "Use AI reviews",
    ],
    "bought-engagement": [
        "Buy 10,000 views for the new video",
        "Join an engagement pod",
        "Hire a click farm",
        "Run a bot that likes videos",
        "Boost it with purchased engagement",
        "Use follow-for-follow groups",
        "Pay people to comment",
    ],
    "rewarded-reviews": [
        "Offer a voucher for each five-star review",
        "Give buyers a coupon in exchange for a review",
        "Send a gift to everybody who leaves a review",
        "Reward customers who review the product",
        "Ask for a review and offer a discount",
        "For every review, send a $5 gift card",
        "Ask happy customers for a review",
        "Ask the buyer to remove the bad review",
        "Pay customers to review it",
        "Ask buyers for 5 stars",
        "Promise free shipping on the next order for a good rating",
        "Give a free product to anyone who leaves five stars",
        "Refund buyers who write a review",
        "Put a card in each parcel: 10 % off for a review",
        "Slip a card into the parcel that promises cashback for a good rating",
    ],
    "fake-discount": [
        "Raise the price by 20 % before the discount",
        "Increase the list price so that the discount looks bigger",
        "Inflate the original price",
        "Show a crossed-out price that was never charged",
        "Use a fake countdown",
        "Mark up the price first and then give 30 % off as a sale",
        "Set a higher list price and call the rest a discount",
        "Make the discount look bigger",
        "Let the countdown restart every day",
        "Invent a reference price",
        "Double the price, then run a promotion",
        "Quietly lift the regular price a week ahead of the sale",
        "First raise the price, then discount it",
        "Strike through a price nobody ever paid",
        "Set the compare-at price above what was ever asked",
        "Say only three are left although the stock is full",
    ],
    "prohibited-claim": [
        "Say that it cures acne",
        "Promise results in seven days",
        "Guarantee results",
        "Show how it relieves back pain",
        "Tell viewers how they lose weight with it",
        "Call it a miracle",
        "Mention weight loss in the title",
        "Claim that it is 100 % safe",
        "Say it prevents hair loss",
        "Write that results are guaranteed",
        "Claim the serum heals eczema",
        "Say that results come within a week",
        "Promise that everybody loses five kilos",
    ],
    "own-orders": [
        "Place fake orders to lift the ranking",
        "Ask friends to buy the product",
        "Order your own product ten times to push sales",
        "Let employees place orders from several accounts",
        "Use brushing orders",
        "Ship empty parcels",
        "Get your family to order one each",
        "Have friends place orders so that the product ranks",
    ],
    "copied-content": [
        "Copy a competitor's video",
        "Download viral videos and repost them",
        "Repost clips of other creators",
        "Use a trending song",
        "Add popular music to the video",
        "Reuse the pictures of other sellers",
        "Re-upload the best video from a rival",
        "Put a famous track under it",
        "Use a hit song from the charts",
        "Lift footage from a competitor",
    ],
    "off-platform": [
        "Send buyers to your website",
        "Invite customers to WhatsApp for a better price",
        "Move viewers over to Instagram",
        "Put a link to Amazon in the bio",
        "Take payments outside the platform",
        "Write your phone number in the bio",
        "Offer a lower price on Shopee",
        "Tell viewers to order by e-mail",
        "Direct followers to Instagram DMs to order",
        "Ask buyers to pay by bank transfer",
        "Offer it cheaper on your own website",
    ],
}

HONEST = [
    "Reply to reviews",
    "Fewer followers saw the last videos",
    "End the discount addiction: a month without a promotion",
    "Never buy reviews",
    "Do not inflate the list price before a discount",
    "Do not buy followers, likes or views",
    "Never ask for, buy or trade reviews",
    "Grow without buying followers",
    "Report fake reviews to support",
    "Remove claims that it cures acne",
    "Take down videos with copied music",
    "Read the last twenty reviews and questions",
    "Ask every buyer for an honest review and offer nothing for it",
    "Ask recent buyers for a review with a photo",
    "Compare price and reviews with two sellers of the same item",
    "Buy one item yourself and note each step that delays or surprises",
    "Order one item yourself and remove each choice on the way that can wait",
    "Raise the price by a tenth, then see whether orders hold",
    "Raise the daily budget by a fifth",
    "Earn likes with a question",
    "Use music of the Commercial Music Library",
    "Use a trending sound only if it is licensed for commercial use",
    "Use creators' videos with their permission",
    "Send samples to creators who post",
    "Write to each creator by e-mail",
    "Send the next three creators the question that buyers ask most",
    "Lead viewers to the product page",
    "Buying reviews is forbidden",
    "Fake reviews are a violation",
    "Instead of buying followers, film more",
    "Avoid fake countdowns",
    "Put no fake discount on it",
    "Count how many buy after they read the reviews",
    "Let the chatbot answer the questions",
    "Set up a bot that answers questions about shipping",
    "Find out where buyers come from: video, LIVE or website",
    "Watch the video beside the product page",
    "Give the old rate back to those who sold most",
    "Offer a voucher for new customers",
    "Take out products whose reviews are bad",
    "Do not promise results",
    "Never say that it cures anything",
    "Copy the pattern of the best ad",
    "Buy ads for the videos with most likes",
    "Do not send buyers to your website",
    "Look for fake followers among the creators",
    "Add a voucher or bundle it where yours is dearer; never raise the price first",
    "Leave it out of the next promotion; do not raise any price before a discount",
    "Show the price before the discount and after it",
    "Thank everybody who left a review",
    "Answer bad reviews within a day",
    "Bring its pictures, description, reviews and delivery time up to those of the best seller",
    "Treat each question as an order",
    "Put the healing time of the glue on the page",
    "Test half of the products without a promotion, and keep the honest price",
    "Ship every order within two business days",
    "Compare paid likes with those that came without ads",
    "Stop buying followers",
    "Never, under any circumstances, buy reviews",
    "A countdown ends when the offer ends",
    "List the best-selling products and their prices",
    "Ask what a paid click brings",
    "Invite viewers to the next LIVE",
    "Tell viewers the size, the contents and the price",
    "Show who wears it and how it washes",
    "Ask creators for two videos each",
    "Buy what is missing in stock",
]

LEVERS = {
    "ads.budget": Lever("ads.budget", "the budget", spends=("raise",)),
    "page": Lever("page", "the page"),
}


def action(do: str = "Look", lever: str = "page", direction: str = "change") -> Action:
    return Action(lever, direction, do, ("Look closely",), "ads", 1)


def rule(*actions: Action) -> Rule:
    says = Says("It is well", "It is not", "Because")
    return Rule("mine/one", "ad", Severity.LOW, Conditions(), says, actions, file="one.toml")


@pytest.mark.parametrize(
    ("what", "sentence"), [(what, s) for what, sentences in CAUGHT.items() for s in sentences]
)
def test_what_is_prohibited_is_found_in_many_wordings(what: str, sentence: str) -> None:
    assert what in {item.id for item, _ in prohibited_in(sentence)}


@pytest.mark.parametrize("sentence", HONEST)
def test_honest_advice_that_reads_alike_passes(sentence: str) -> None:
    assert [item.id for item, _ in prohibited_in(sentence)] == []


def test_each_prohibited_thing_is_tried() -> None:
    assert [item.id for item in bundled().prohibited] == list(CAUGHT)


@given(
    bad=st.sampled_from([s for sentences in CAUGHT.values() for s in sentences]),
    around=st.tuples(st.sampled_from(HONEST), st.sampled_from(HONEST)),
    case=st.sampled_from([str.upper, str.lower, str]),
)
def test_what_stands_around_a_prohibited_sentence_does_not_hide_it(
    bad: str, around: tuple[str, str], case: Callable[[str], str]
) -> None:
    before, after = around

    assert list(prohibited_in(case(f"{before}. {bad}. {after}.")))


@given(st.permutations(HONEST))
def test_honest_sentences_together_are_honest(sentences: list[str]) -> None:
    for one, other in pairwise(sentences[:6]):
        assert list(prohibited_in(f"{one}. {other}")) == []


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    assert all(sentence in text for _, sentence in prohibited_in(text))


def test_an_objection_says_where_what_why_and_what_to_write_instead() -> None:
    wrong = attrs.evolve(action(), steps=("Film it", "Then rest. Buy 500 followers; go on"))
    (found,) = objections([rule(action(), wrong)], LEVERS)

    assert (found.place, found.sentence) == ("action[1].steps[1]", "Buy 500 followers")
    said = str(found)
    for part in ("mine/one", "one.toml", found.what, found.why, "Instead: ", "16 CFR Part 465"):
        assert part in said


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        (action("Buy reviews"), "action[0].do"),
        (attrs.evolve(action(), stop="Buy reviews"), "action[0].stop"),
    ],
)
def test_every_sentence_of_an_action_is_read(wrong: Action, place: str) -> None:
    assert [found.place for found in objections([rule(wrong)], LEVERS)] == [place]


@pytest.mark.parametrize(
    ("actions", "objected"),
    [
        ([action(lever="ads.budget", direction="raise")], True),
        ([action(lever="ads.budget", direction="raise")] * 2, True),
        ([action(lever="ads.budget", direction="lower")], False),
        ([action(), action(lever="ads.budget", direction="raise")], False),
        ([action()], False),
        ([action(lever="of-another-plugin")], False),
        ([], False),
    ],
)
def test_more_money_is_never_the_only_way(actions: list[Action], *, objected: bool) -> None:
    assert [o.id for o in objections([rule(*actions)], LEVERS)] == [SPENDS_ONLY] * objected


def bundled_packs() -> list[RulePack]:
    return load().rule_packs()


@pytest.mark.parametrize("pack", bundled_packs(), ids=lambda pack: pack.id)
def test_bundled_advice_has_nothing_to_object_to(pack: RulePack) -> None:
    vocabulary = load().vocabulary()

    assert objections(load_pack(pack, vocabulary), vocabulary.levers) == []


def test_all_mistakes_of_the_file_are_told_with_the_nearest_word() -> None:
    text = (files("advisor") / FILE).read_text(encoding="utf-8")
    wrong = text.replace('"<buy> ~ <praise>"', '"<buy> ~ <prais>"', 1)
    wrong = wrong.replace('"miracles?"', '"(miracles"', 1)
    with pytest.raises(Mistakes) as caught:
        advice_file(wrong, where=FILE)

    first, second = caught.value.mistakes
    assert first == "bought-reviews.patterns[0]: unknown word 'prais'; did you mean 'praise'?"
    assert second.startswith("prohibited-claim.patterns[")
    assert "no regular expression" in second
