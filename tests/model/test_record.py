"""Classes that share their comparison, hash and representation."""

import sys
from concurrent.futures import ThreadPoolExecutor

import attrs
import pytest

from advisor.model import frozen


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


def test_a_class_is_made_at_its_first_use_and_its_bases_before_it() -> None:
    @frozen
    class Base:
        one: int

    @frozen
    class Derived(Base):
        two: int = 2

    def is_made(cls: type) -> bool:
        return isinstance(vars(cls)["__attrs_attrs__"], tuple)

    assert not is_made(Base)
    assert not is_made(Derived)
    assert [field.name for field in attrs.fields(Derived)] == ["one", "two"]
    assert is_made(Base)
    assert Derived(1) == Derived(1, 2)


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
