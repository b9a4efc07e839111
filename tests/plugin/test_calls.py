"""Whatever a hook does, it costs its plugin and one line."""

import decimal
import locale
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pluggy import HookimplMarker

from advisor.errors import AdvisorError, PluginError
from advisor.model.vocabulary import Count
from advisor.model.vocabulary_files import VocabularyFile
from advisor.plugin.guard import guarded
from advisor.plugin.hookspecs import PROJECT
from advisor.plugin.loading import add, empty
from advisor.plugin.registry import Registry

hookimpl: Any = HookimplMarker(PROJECT)  # as it is where nobody checks types
CLICKS = VocabularyFile(count=(Count("clicks", "clicks"),))


class Mute(Exception):
    """It cannot even say what it is."""

    def __str__(self) -> str:
        raise ValueError

    __repr__ = __str__


class Odd(BaseException):
    """Not caught by those who catch exceptions."""


class Shy:
    """It objects to being looked at."""

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        raise Odd

    def __repr__(self) -> str:
        raise ValueError


def raises(error: BaseException) -> Callable[[], object]:
    def hook() -> object:
        raise error

    return hook


def breaks_off() -> Iterator[object]:
    yield CLICKS
    raise RuntimeError("half way")


def without_end() -> Iterator[object]:
    while True:
        yield CLICKS


def recurses() -> object:
    return recurses()


CASES: dict[str, tuple[Callable[[], object], str]] = {
    "an exception": (raises(KeyError("x")), "failed: KeyError: 'x'"),
    "an exception of many lines": (raises(ValueError("one\ntwo")), "failed: ValueError: one"),
    "an exception without end": (raises(ValueError("x" * 10**6)), "failed: ValueError: xxx"),
    "a mute exception": (raises(Mute()), "failed: Mute"),
    "no exception at all": (raises(Odd("no")), "failed: Odd: no"),
    "the end of the process": (raises(SystemExit(0)), "failed: SystemExit: 0"),
    "the end of a generator": (raises(GeneratorExit()), "failed: GeneratorExit"),
    "no memory": (raises(MemoryError()), "failed: MemoryError"),
    "recursion": (recurses, "failed: RecursionError: maximum recursion depth exceeded"),
    "a generator that breaks off": (breaks_off, "failed: RuntimeError: half way"),
    "a generator without end": (without_end, "gave more than 10,000 things"),
    "nothing": (lambda: None, "failed: TypeError: 'NoneType' object is not iterable"),
    "text": (lambda: "ab", "gave str where VocabularyFile is expected"),
    "an object that cannot be looked at": (lambda: [Shy()], "failed: Odd"),
    "words of a wrong type": (
        lambda: [VocabularyFile(count=("clicks",))],  # type: ignore[arg-type]
        "gave a VocabularyFile that is none: count[0] is str, expected Count",
    ),
}


def plugin(hook: Callable[[], object], name: str = "advisor_vocabulary") -> ModuleType:
    module = ModuleType("stranger")

    def asked() -> object:
        return hook()

    setattr(module, name, hookimpl(asked))
    return module


def registry(**modules: ModuleType) -> Registry:
    made = empty()
    for name, module in modules.items():
        add(made, module, name)
    return made


MISTAKEN = (raises(AdvisorError("one\n of words")), "failed: one; of words")


@pytest.mark.parametrize(("hook", "says"), [*CASES.values(), MISTAKEN], ids=[*CASES, "an error"])
def test_a_hook_that_fails_costs_one_line_and_the_others_serve(
    hook: Callable[[], object], says: str
) -> None:
    found = registry(bad=plugin(hook), good=plugin(lambda: [CLICKS]))

    assert set(found.vocabulary().counts) == {"clicks"}
    (line,) = found.failures()
    assert line.startswith(f"plugin bad is not used: advisor_vocabulary {says}")
    assert len(line) < 400
    assert "\n" not in line
    assert found.failed
    assert [(one.name, bool(one.problem)) for one in found.plugins] == [
        ("bad", True),
        ("good", False),
    ]


def test_a_plugin_that_fails_in_one_hook_is_out_whole() -> None:
    module = plugin(lambda: [CLICKS])
    vars(module)["advisor_templates"] = hookimpl(raises(KeyError("x")))

    found = registry(bad=module)

    assert found.vocabulary().counts == {}
    assert found.failures() == ["plugin bad is not used: advisor_templates failed: KeyError: 'x'"]
    assert found.failed_plugins() == "these plugins failed: bad"


def test_a_hook_is_called_once() -> None:
    called: list[int] = []

    def hook() -> object:
        called.append(1)
        return [CLICKS]

    found = registry(one=plugin(hook))
    for _ in range(3):
        found.vocabulary()
        found.rule_packs()

    assert called == [1]


def test_an_error_of_the_user_stays_one_and_an_interrupt_too() -> None:
    assert guarded(lambda: 7) == 7
    with pytest.raises(AdvisorError, match="the file is broken") as caught:
        guarded(raises(AdvisorError("the file is broken")))
    assert not isinstance(caught.value, PluginError)
    with pytest.raises(KeyboardInterrupt):
        guarded(raises(KeyboardInterrupt()))


def test_what_a_plugin_changes_in_the_process_is_put_back(tmp_path: Path) -> None:
    def state() -> tuple[object, ...]:
        context = decimal.getcontext()
        depth, language = sys.getrecursionlimit(), locale.setlocale(locale.LC_ALL)
        return Path.cwd(), os.environ.copy(), depth, language, context.prec, context.rounding

    def meddles() -> object:
        os.chdir(tmp_path)
        os.environ["ADVISOR_TEST"] = "1"
        os.environ.pop("PATH", None)
        sys.setrecursionlimit(sys.getrecursionlimit() + 77)
        locale.setlocale(locale.LC_ALL, "C")
        decimal.getcontext().prec = 3
        decimal.getcontext().rounding = decimal.ROUND_UP
        raise ValueError("after that")

    before = state()

    with pytest.raises(PluginError, match="ValueError: after that"):
        guarded(meddles, restored=True)

    assert state() == before


def test_a_folder_that_has_been_deleted_ends_no_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()

    assert guarded(lambda: 7, restored=True) == 7


def test_what_a_plugin_prints_goes_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    guarded(lambda: sys.stdout.write("hello\n"))

    assert capsys.readouterr() == ("", "hello\n")
