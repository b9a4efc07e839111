"""Whatever a hook does, it costs its plugin and one line."""

import sys
import time
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
from pluggy import HookimplMarker

from advisor.model.vocabulary import Count, VocabularyFile
from advisor.plugin import guest
from advisor.plugin.hookspecs import PROJECT
from advisor.plugin.registry import Registry, add, empty

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


def spins() -> object:
    while True:
        pass


def clings() -> object:
    """Does not stop when it is told to; at last it does, so that the test ends."""
    end = time.monotonic() + 0.5
    while time.monotonic() < end:
        try:
            time.sleep(0.01)
        except BaseException:  # noqa: BLE001
            continue
    return ()


def waits() -> object:
    import threading

    return threading.Event().wait(3600)


CASES: dict[str, tuple[Callable[[], object], str]] = {
    "an exception": (raises(KeyError("x")), "failed: KeyError: 'x'"),
    "an exception of many lines": (raises(ValueError("one\ntwo")), "failed: ValueError: one"),
    "an exception without end": (raises(ValueError("x" * 10**6)), "failed: ValueError: xxx"),
    "a mute exception": (raises(Mute()), "failed: Mute"),
    "no exception at all": (raises(Odd("no")), "failed: Odd: no"),
    "the end of the process": (raises(SystemExit(0)), "failed: SystemExit: 0"),
    "an interrupt": (raises(KeyboardInterrupt()), "failed: KeyboardInterrupt"),
    "the end of a generator": (raises(GeneratorExit()), "failed: GeneratorExit"),
    "no memory": (raises(MemoryError()), "failed: MemoryError"),
    "recursion": (recurses, "failed: RecursionError: maximum recursion depth exceeded"),
    "a generator that breaks off": (breaks_off, "failed: RuntimeError: half way"),
    "a generator without end": (without_end, "gave more than 10,000 things"),
    "nothing": (lambda: None, "failed: TypeError: 'NoneType' object is not iterable"),
    "text": (lambda: "ab", "gave str where VocabularyFile is expected"),
    "an object that cannot be looked at": (lambda: [Shy()], "failed: Odd"),
    "a loop": (spins, "failed: did not come back within 0.2 seconds"),
    "waiting": (waits, "failed: did not come back within 0.2 seconds"),
}


def plugin(hook: Callable[[], object], name: str = "advisor_vocabulary") -> ModuleType:
    module = ModuleType("stranger")

    def asked() -> object:
        return hook()

    setattr(module, name, hookimpl(asked))
    return module


def registry(**modules: ModuleType) -> Registry:
    made = empty()
    made.time_limit = 0.2
    for name, module in modules.items():
        add(made, module, name)
    return made


@pytest.mark.parametrize(("hook", "says"), CASES.values(), ids=CASES)
def test_a_hook_that_fails_costs_one_line_and_the_others_serve(
    hook: Callable[[], object], says: str
) -> None:
    found = registry(bad=plugin(hook), good=plugin(lambda: [CLICKS]))

    assert set(found.vocabulary().counts) == {"clicks"}
    (line,) = found.failures()
    assert line.startswith(f"plugin bad: advisor_vocabulary {says}")
    assert len(line) < 400
    assert "\n" not in line
    assert found.failed


def test_a_thread_that_hangs_in_python_code_is_stopped() -> None:
    with pytest.raises(guest.GuestFault) as caught:
        guest.run(spins, 0.05)

    assert caught.value.hung
    guest._left_behind[-1].join(5)
    assert spins.__name__ not in {
        frame.f_code.co_name for frame in sys._current_frames().values() if frame is not None
    }


def test_what_does_not_stop_is_left_behind() -> None:
    with pytest.raises(guest.GuestFault):
        guest.run(clings, 0.05)

    assert guest.left_behind()
    assert all(thread.daemon for thread in guest._left_behind)


def test_what_is_in_time_is_given_and_an_error_of_the_user_stays_one() -> None:
    from advisor.errors import AdvisorError

    assert guest.run(lambda: 7, 1.0) == 7
    with pytest.raises(AdvisorError, match="the file is broken"):
        guest.run(raises(AdvisorError("the file is broken")), 1.0)


def test_an_interrupt_in_the_host_s_own_thread_is_the_user_s() -> None:
    with pytest.raises(KeyboardInterrupt):
        guest.directly(raises(KeyboardInterrupt()))


def test_a_hook_is_asked_once() -> None:
    asked: list[int] = []

    def hook() -> object:
        asked.append(1)
        return [CLICKS]

    found = registry(one=plugin(hook))
    for _ in range(3):
        found.vocabulary()
        found.rule_packs()

    assert asked == [1]
