"""Steps that the readings of many files take together.

A query costs nearly the same for one small file as for a hundred. So whatever reads a file is a
generator: where a step can be taken for many files at once it yields a request, and gets its answer
back. `side_by_side` runs many readings and takes each step once for all that wait for it; `alone`
runs one.
"""

from collections.abc import Callable, Generator, Sequence
from typing import Any, Generic, TypeVar

from advisor.model import frozen

Given = TypeVar("Given")
Answer = TypeVar("Answer")
Made = TypeVar("Made")


@frozen(eq=False)
class Request:
    """What a reading asks a step for."""

    step: "Step[Any, Any]"
    given: Any


Steps = Generator[Request, Any, Made]
"""The reading of one file, in steps."""


@frozen(eq=False)
class Step(Generic[Given, Answer]):
    """A step that *take* takes for many readings at once: an answer for each thing given. Those
    with the lowest *place* are taken first, so that all readings arrive together."""

    place: int
    take: Callable[[Sequence[Given]], Sequence[Answer]]

    def __call__(self, given: Given) -> Steps[Answer]:
        """Ask for it; of use behind `yield from`."""
        answer: Answer = yield Request(self, given)
        return answer


def step(
    place: int,
) -> Callable[[Callable[[Sequence[Given]], Sequence[Answer]]], Step[Given, Answer]]:
    """Make a function of many things a step."""

    def made(take: Callable[[Sequence[Given]], Sequence[Answer]]) -> Step[Given, Answer]:
        return Step(place, take)

    return made


def alone(work: Steps[Made]) -> Made:
    """Return what one reading makes. Raises what it raises."""
    (made,) = side_by_side([work])
    if isinstance(made, Failure):
        raise made.error
    return made


@frozen(eq=False)
class Failure:
    """What a reading raised."""

    error: BaseException


def side_by_side(works: Sequence[Steps[Made]]) -> list[Made | Failure]:
    """Return what each of *works* makes; one that fails costs none of the others."""
    made: dict[int, Made | Failure] = {}
    waiting: dict[Step[Any, Any], dict[int, Any]] = {}

    def resume(at: int, answer: Any) -> None:
        work = works[at]
        try:
            request = work.throw(answer.error) if isinstance(answer, Failure) else work.send(answer)
            waiting.setdefault(request.step, {})[at] = request.given
        except StopIteration as end:
            made[at] = end.value
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # noqa: BLE001  a panic inside Polars is no Exception
            made[at] = Failure(error)

    for at in range(len(works)):
        resume(at, None)
    while waiting:
        first = min(waiting, key=lambda one: one.place)
        asking = sorted(waiting.pop(first).items())
        answers = _taken(first, [given for _, given in asking])
        for (at, _), answer in zip(asking, answers, strict=True):
            resume(at, answer)
    return [made[at] for at in range(len(works))]


def _taken(taken: Step[Any, Any], given: Sequence[Any]) -> Sequence[Any]:
    """The answers of a step, where it fails those that it gives one by one."""
    try:
        return taken.take(given)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001
        if len(given) == 1:
            return [Failure(error)]
        return [answer for one in given for answer in _taken(taken, [one])]
