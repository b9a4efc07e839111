"""Classes that share their comparison, hash and representation."""

import sys
from concurrent.futures import ThreadPoolExecutor

import attrs
import pytest

from advisor.model import define, field_names, frozen


@frozen
class Pair:
    left: int
    right: str = "r"
    note: str = attrs.field(default="", eq=False, repr=False)


@frozen
class Single:
    only: tuple[int, ...] = ()


@frozen
class Empty:
    pass


@frozen(eq=False)
class Own:
    left: int


@frozen
class Shown:
    left: int

    def __repr__(self) -> str:
        return "shown"

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]


def test_values_are_compared_by_class_and_fields() -> None:
    assert Pair(1) == Pair(1, note="other")
    assert Pair(1) != Pair(2)
    other: object = (1, "r")
    assert Pair(1) != other
    assert Single((1,)) == Single((1,))
    assert Single((1,)) != Single((2,))
    assert Empty() == Empty()
    single: object = Single()
    assert Empty() != single


def test_equal_values_have_one_hash() -> None:
    assert {Pair(1), Pair(1, note="x"), Pair(2)} == {Pair(1), Pair(2)}
    assert len({Empty(), Empty(), Single(), Single()}) == 2


def test_without_eq_each_value_is_itself() -> None:
    one = Own(1)
    assert one == one  # noqa: PLR0124
    assert one != Own(1)
    assert len({one, Own(1)}) == 2


def test_values_print_their_fields() -> None:
    assert repr(Pair(1)) == "Pair(left=1, right='r')"
    assert repr(Single((1,))) == "Single(only=(1,))"
    assert repr(Empty()) == "Empty()"


def test_own_methods_stay() -> None:
    assert repr(Shown(1)) == "shown"
    assert Shown(1) == Shown(2)


def test_values_cannot_be_changed() -> None:
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        Pair(1).left = 2  # type: ignore[misc]
    assert attrs.evolve(Pair(1), right="s") == Pair(1, "s")


def test_a_field_may_be_compared_and_not_hashed() -> None:
    @frozen
    class Table:
        name: str
        cells: dict[str, int] = attrs.field(factory=dict, hash=False)

    assert hash(Table("a", {"x": 1})) == hash(Table("a", {"x": 2}))
    assert Table("a", {"x": 1}) != Table("a", {"x": 2})


def is_made(cls: type) -> bool:
    return isinstance(vars(cls)["__attrs_attrs__"], tuple)


def test_a_class_is_made_when_its_fields_are_asked_for_and_its_bases_before_it() -> None:
    @frozen
    class Base:
        one: int

    @frozen
    class Derived(Base):
        two: int = 2

    assert not is_made(Base)
    assert not is_made(Derived)
    assert [field.name for field in attrs.fields(Derived)] == ["one", "two"]
    assert is_made(Base)
    assert Derived(1) == Derived(1, 2)


def test_a_class_of_few_instances_is_not_made() -> None:
    @frozen
    class Few:
        one: int
        two: str = "2"

    first = Few(1, two="b")
    assert (Few(1), Few(two="b", one=1)) == (Few(1, "2"), first)
    assert len({Few(1), Few(1)}) == 1
    assert str(first).endswith("Few(one=1, two='b')")
    assert field_names(Few) == ("one", "two")
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        first.one = 2  # type: ignore[misc]
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        del first.one
    assert not is_made(Few)
    assert [Few(n).one for n in range(1000)] == list(range(1000))
    assert is_made(Few)
    assert attrs.evolve(first, one=3) == Few(3, "b")


@pytest.mark.parametrize(
    ("values", "named"),
    [((), {}), ((1, "2", "3", 4), {}), ((1,), {"left": 1}), ((1,), {"other": 1})],
)
def test_wrong_arguments_are_refused_from_the_first_instance_on(
    values: tuple[object, ...], named: dict[str, object]
) -> None:
    @frozen
    class Fresh:
        left: int
        right: str = "r"

    for _ in range(2):
        with pytest.raises(TypeError, match="argument"):
            Fresh(*values, **named)  # type: ignore[arg-type]


def test_an_unknown_name_does_not_stand_for_a_missing_one() -> None:
    @frozen
    class Three:
        first: int
        second: int
        third: int = 3

    with pytest.raises(TypeError):
        Three(1, secnd=2)  # type: ignore[call-arg]


def test_fields_that_say_more_than_a_default_have_it_from_the_first_instance_on() -> None:
    @frozen
    class Held:
        _own: int
        each: list[int] = attrs.field(factory=list)

    assert Held(own=1) == Held(1, [])
    assert Held(1).each is not Held(1).each


def test_values_that_change_are_no_keys() -> None:
    @define
    class Count:
        n: int = 0

    count = Count()
    count.n += 1
    assert count == Count(1)
    assert count != Count()
    with pytest.raises(TypeError, match="unhashable"):
        hash(count)
    with pytest.raises(TypeError, match="argument"):
        Count(1, 2)  # type: ignore[call-arg]

    @define(eq=False)
    class Own:
        n: int = 0

    assert Own() != Own()
    assert len({Own(), Own()}) == 2


def test_threads_that_use_a_class_first_at_the_same_time_make_it_once() -> None:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as threads:
            for _ in range(20):

                @frozen
                class Fresh:
                    left: int
                    right: int = 2

                made = threads.map(Fresh, range(8))
                assert [attrs.astuple(one) for one in made] == [(n, 2) for n in range(8)]
    finally:
        sys.setswitchinterval(before)
