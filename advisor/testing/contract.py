"""What a contract is: promises that anything behind one kind of hook keeps, each a test."""

import inspect
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from advisor.errors import AdvisorError, unknown
from advisor.model import frozen


class Contract:
    """Promises, each a method `test_…` whose docstring says what is promised.

    Three ways to use one, the same in what they check:

        class TestWarehouse(ProviderContract):        # pytest runs each promise as a test
            provider = Warehouse()
            samples = ["tests/stock.csv"]

        ProviderContract.holds(provider=Warehouse(), samples=["tests/stock.csv"])

        @pytest.mark.parametrize("promise", ProviderContract.promises(...), ids=str)
        def test_the_provider_keeps_its_promises(promise): promise()

    What it is about is set as attributes of the subclass, or given by name.
    """

    @classmethod
    def promises(cls, **given: Any) -> "list[Promise]":
        """Each promise as something to call; `str` of it is its name.

        Raises AdvisorError for a name in *given* that the contract does not have.
        """
        names = [name for name in _settings(cls) if not name.startswith("_")]
        for name in given:
            if name not in names:
                raise AdvisorError(unknown("setting", name, names), where=cls.__name__)
        held = {
            name: staticmethod(one) if _is_function(one) else one for name, one in given.items()
        }
        made = type(cls.__name__, (cls,), held)()
        tests = [name for name in dir(cls) if name.startswith("test_")]
        return [Promise(name.removeprefix("test_"), getattr(made, name)) for name in tests]

    @classmethod
    def holds(cls, **given: Any) -> None:
        """Checks every promise; raises one AssertionError with all that are broken.

        What is no AssertionError is a bug, and is raised as it is.
        """
        __tracebackhide__ = True
        broken: list[str] = []
        for promise in cls.promises(**given):
            try:
                promise()
            except AssertionError as error:
                broken.append(f"{promise}: {error}")
        if broken:
            raise AssertionError(f"{cls.__name__}: " + "\n".join(broken))

    if not TYPE_CHECKING:  # else a type checker would take every name for there

        def __getattr__(self, name: str) -> Any:
            if name in _settings(type(self)):
                raise AttributeError(f"{type(self).__name__} says nothing of its {name!r}; set it")
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")


@frozen
class Promise:
    """One promise of a contract, to be called; raises AssertionError where it is broken."""

    name: str
    check: Callable[[], None]

    def __call__(self) -> None:
        __tracebackhide__ = True
        self.check()

    def __str__(self) -> str:
        return self.name


def fail_with(wrong: Iterable[str]) -> None:
    """Raises AssertionError with the lines of *wrong*, if there is any."""
    __tracebackhide__ = True
    lines = list(wrong)
    if lines:
        more = f"\n  and {len(lines) - _SHOWN} more" if len(lines) > _SHOWN else ""
        raise AssertionError("\n  ".join(["", *lines[:_SHOWN]]).lstrip("\n ") + more)


_SHOWN = 20


def _settings(cls: type) -> list[str]:
    """What a contract may be given: the annotated attributes of it and those it is made of."""
    return [name for base in cls.__mro__ for name in inspect.get_annotations(base)]


def _is_function(value: object) -> bool:
    return callable(value) and hasattr(value, "__get__") and not isinstance(value, type)
