"""Facts are cut where no link crosses, and only there."""

from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from advisor.judge.engine.sessions import Components, pack


@given(st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=30))
def test_numbers_share_a_root_exactly_where_links_lead_from_one_to_the_other(
    links: list[tuple[int, int]],
) -> None:
    components = Components(20)
    for link in links:
        components.link(*link)

    for start in range(20):
        assert {n for n in range(20) if components.root(n) == components.root(start)} == _reached(
            start, links
        )


def _reached(start: int, links: list[tuple[int, int]]) -> set[int]:
    reached = {start}
    while True:
        more = {n for link in links if reached & set(link) for n in link}
        if more <= reached:
            return reached
        reached |= more


@given(st.lists(st.lists(st.integers(), max_size=12)), st.integers(1, 10))
def test_sessions_hold_whole_groups_and_exceed_the_limit_only_for_one_that_is_larger(
    groups: list[list[int]], limit: int
) -> None:
    numbered = [[(place, item) for item in group] for place, group in enumerate(groups)]
    sessions = list(pack(numbered, limit))

    assert [item for session in sessions for item in session] == list(chain(*numbered))
    for session in sessions:
        assert session
        assert len(session) <= limit or len({place for place, _ in session}) == 1
    places = [{place for place, _ in session} for session in sessions]
    assert sum(map(len, places)) == len(set().union(*places))


def test_groups_are_packed_together_as_far_as_they_fit() -> None:
    assert list(pack([[1], [2, 3], [4, 5], [6]], 3)) == [[1, 2, 3], [4, 5, 6]]
