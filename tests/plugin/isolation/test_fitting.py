"""Which plugins fit this shop-advisor: their API, their requirements, the signatures of hooks."""

from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pluggy import HookimplMarker

from advisor.plugin.distributions import Described, describe, meets
from advisor.plugin.hookspecs import PLUGIN_API, PROJECT
from advisor.plugin.plugin_check import SPECS, api_mistake, hook_mistakes, signature
from advisor.plugin.registry import add, empty

F = TypeVar("F", bound=Callable[..., Any])


def hookimpl(**options: Any) -> Callable[[F], F]:
    """The mark of a hook, as it is where nobody checks types."""
    mark: Callable[[F], F] = HookimplMarker(PROJECT)(**options)
    return mark


def module(**members: object) -> ModuleType:
    made = ModuleType("stranger")
    vars(made).update(members)
    return made


@pytest.mark.parametrize("stated", [1, (1,), (1, 2), [1, 99]])
def test_a_plugin_for_this_api_fits(stated: object) -> None:
    assert api_mistake(module(ADVISOR_API=stated), "0.1.0") == ""


def test_a_plugin_that_says_nothing_was_written_for_the_first_api() -> None:
    assert api_mistake(module(), "0.1.0") == ""


@pytest.mark.parametrize(
    ("stated", "says"),
    [
        (2, "it was written for plugin API 2, and shop-advisor 0.1.0 has 1; upgrade shop-advisor"),
        ((2, 3), "it was written for plugin API 3, and shop-advisor 0.1.0 has 1; upgrade"),
        (0, "written for plugin API 0, and shop-advisor 0.1.0 has 1; install a newer version"),
        ("1", "ADVISOR_API is '1'; write the number of the plugin API, like 1"),
        (True, "ADVISOR_API is True; write the number"),
        ((), "ADVISOR_API is (); write the number"),
    ],
)
def test_a_plugin_for_another_api_says_so_in_one_line(stated: object, says: str) -> None:
    assert says in api_mistake(module(ADVISOR_API=stated), "0.1.0")


def test_a_plugin_for_another_api_is_left_out_with_one_line() -> None:
    made = empty()

    add(made, module(ADVISOR_API=PLUGIN_API + 1), "agency")

    (line,) = made.failures()
    assert line.startswith(f"plugin agency cannot be used: it was written for plugin API {2}")
    assert [(one.name, bool(one.problem)) for one in made.plugins] == [("agency", True)]


@hookimpl()
def advisor_metrics(readings: object, colour: object) -> object:
    return readings, colour


@hookimpl(specname="advisor_metrics")
def reads_everything(*readings: object) -> object:
    return readings


@hookimpl(specname="advisor_metrics")
def reads_by_name(**values: object) -> object:
    return values


@hookimpl(specname="advisor_metrics")
def keyword(*, context: object) -> object:
    return context


@hookimpl(specname="advisor_metrics")
def positional(context: object, /) -> object:
    return context


@hookimpl(specname="advisor_rule_packs")
async def later() -> object:
    return ()


@hookimpl(specname="advisor_rule_packs", wrapper=True)
def around() -> Any:
    return (yield)


WRITE = (
    "write: def advisor_metrics(readings: Sequence[Reading], context: ReadContext) "
    "-> Sequence[Derived]"
)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (advisor_metrics, "asks for an argument 'colour'; it is given readings, context; "),
        (reads_everything, "takes *readings: object, and arguments are given by name; "),
        (reads_by_name, "takes **values: object, and arguments are given by name; "),
        (keyword, "asks for 'context' behind a star; "),
        (positional, "takes context: object, and arguments are given by name; "),
    ],
)
def test_a_wrong_signature_is_refused_with_the_right_one(function: Any, says: str) -> None:
    (mistake,) = hook_mistakes(module(**{function.__name__: function}))

    assert says in mistake
    assert mistake.endswith(WRITE)


@pytest.mark.parametrize(("function", "says"), [(later, "asynchronous"), (around, "a wrapper")])
def test_hooks_are_plain_functions(function: Any, says: str) -> None:
    (mistake,) = hook_mistakes(module(**{function.__name__: function}))

    assert says in mistake
    assert mistake.endswith("write: def advisor_rule_packs() -> Sequence[RulePack]")


def test_a_hook_that_is_not_marked_is_named() -> None:
    (mistake,) = hook_mistakes(module(advisor_rule_packs=list))

    assert mistake == "advisor_rule_packs is not marked; write @hookimpl above it"


class Methods:
    """An object as plugin: one argument fewer than its hook has, and self."""

    colours: ClassVar[list[str]] = []

    @hookimpl()
    def advisor_metrics(self, readings: object) -> list[object]:
        return [readings]

    @property
    def advisor_templates(self) -> object:
        raise AssertionError


def test_an_object_s_methods_are_hooks_and_its_properties_are_left_alone() -> None:
    assert list(hook_mistakes(Methods())) == []


@pytest.mark.parametrize("hook", SPECS)
def test_every_signature_that_is_shown_is_one_that_fits(hook: str) -> None:
    names: dict[str, Any] = {"hookimpl": HookimplMarker(PROJECT)}
    source = f"from __future__ import annotations\n@hookimpl\n{signature(hook)}: return ()"
    exec(source, names)

    assert list(hook_mistakes(module(**{hook: names[hook]}))) == []


VERSIONS = st.lists(st.integers(0, 12), min_size=1, max_size=3).map(
    lambda parts: ".".join(map(str, parts))
)
CLAUSES = st.one_of(
    st.tuples(st.sampled_from([">=", "<=", ">", "<", "==", "!="]), VERSIONS).map("".join),
    st.tuples(st.sampled_from(["==", "!="]), VERSIONS).map(lambda pair: f"{''.join(pair)}.*"),
    VERSIONS.filter(lambda version: "." in version).map(lambda version: f"~={version}"),
)


@given(VERSIONS, st.lists(CLAUSES, max_size=3))
def test_a_requirement_holds_where_packaging_says_so(version: str, clauses: list[str]) -> None:
    from packaging.specifiers import SpecifierSet

    needs = ",".join(clauses)

    assert meets(version, needs) == SpecifierSet(needs).contains(version)


@pytest.mark.parametrize("needs", ["", "===unknown", "@ file:///wheel", "??"])
def test_what_cannot_be_read_forbids_nothing(needs: str) -> None:
    assert meets("0.1.0", needs)


METADATA = """Metadata-Version: 2.1
Name: advisor-agency
Version: 1.2
Requires-Dist: polars>=1
{requires}

Name: no-header
"""


@pytest.mark.parametrize(
    ("requires", "needs"),
    [
        ("Requires-Dist: shop-advisor>=0.1,<2", ">=0.1,<2"),
        ("Requires-Dist: shop_advisor (>=0.1)", ">=0.1"),
        ("Requires-Dist: Shop.Advisor[engine] ~= 0.1", "~= 0.1"),
        ("Requires-Dist: shop-advisor", ""),
        ("Requires-Dist: shop-advisor>=9; extra == 'test'", ""),
        ("Requires-Dist: shop-advisor-extras>=9", ""),
        ("Requires-Dist: shop-advisor @ file:///wheels/shop.whl", ""),
        ("", ""),
    ],
)
def test_a_distribution_says_what_it_needs(requires: str, needs: str) -> None:
    text = METADATA.format(requires=requires)
    stored: Any = SimpleNamespace(read_text=lambda name: text if name == "METADATA" else None)

    assert describe(stored, "shop-advisor") == Described("advisor-agency", "1.2", needs)


def test_two_plugins_of_one_name_name_both_and_the_first_is_used() -> None:
    made = empty()
    add(made, module(), "agency")
    add(made, Methods(), "agency")

    (line,) = made.failures()
    assert line == (
        "plugin agency cannot be used: module and Methods both bring a plugin of this name; the "
        "first is used"
    )
