"""durable_rules in a process of its own: the only file that imports it.

The library ends the process, hangs, or loses findings without a word in a dozen known ways. Some
are kept out by `rulesets`, some here, and the rest ends this process instead of the run.

The file is run by its path, with the folders in which durable_rules lies as arguments, and imports
that library and nothing else that is slow: it must be there before the files are read. It says
what it has become (`{"ready": true}`, or why not) and then answers frames (see
advisor.plugin.process): eight digits with the seconds that the parent will wait, a letter, eight
digits with the number of a rule set, and then

    P   its definition: builds it
    S   facts: runs one session of it; the answer has the matches, by rule
    D   nothing: gives its memory back

Definitions, facts and answers are JSON. Facts go to the library as they come.
"""

from __future__ import annotations

import json
import math
import os
import signal
import struct
import sys
import types
import warnings

TYPE_CHECKING = False  # importing typing takes longer than all of this file
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import IO, Any

# Sessions run one at a time, so one constant will do; live ones are told apart by a hash only.
SID = "s"
NAME = "advisor"
# Matches are handed over up to so many at a time: one call a match costs half the speed.
BATCH = 500

Matches = dict[int, list[list[int]]]


class Program:
    """One rule set, built once, run session after session."""

    def __init__(self, definition: list[tuple[list[dict[str, object]], int]]) -> None:
        """*definition* has, for each rule, the facts that it joins and how many partners it has."""
        self._host: Any = _host()
        self._matches: Matches = {}
        self._errors: list[BaseException] = []
        self._ended = False
        # The library eats the dictionary that it is given.
        self._host.set_rulesets({NAME: self._rules(definition)})
        self._ruleset = self._host.get_ruleset(NAME)

    def close(self) -> None:
        """Give the library's memory back; the program cannot be run again."""
        import durable_rules_engine  # type: ignore[import-not-found]

        durable_rules_engine.delete_ruleset(self._ruleset._handle)  # noqa: SLF001 (nothing public)

    def run(self, facts: str) -> Matches:
        """The keys of subject and partners of every match, by the number of the rule."""
        self._matches, self._errors, self._ended = {}, [], False
        self._host._handle_function(self._ruleset, self._assert, facts, None)  # noqa: SLF001
        if self._ended:
            # Facts that stay behind would join those of the next session. Before an action has
            # run, in a session that failed, the library would free memory that it never had.
            self._host.delete_state(NAME, SID)
        if self._errors:
            raise self._errors[0]
        if not self._ended:
            raise RuntimeError("durable_rules returned before every rule had run")
        return self._matches

    def _assert(self, facts: str) -> Any:
        import durable_rules_engine

        ruleset = self._ruleset
        result = durable_rules_engine.assert_facts(ruleset._handle, facts)  # noqa: SLF001
        return ruleset._handle_result(result, "the facts of a session")  # noqa: SLF001

    def _rules(
        self, definition: list[tuple[list[dict[str, object]], int]]
    ) -> dict[str, dict[str, object]]:
        rules: dict[str, dict[str, object]] = {
            f"r{index}": {
                "all": facts,
                "run": self._guarded(self._action(index, partners)),
                "cap": BATCH,
                # One fact may stand in two places of a rule, such as one link for two joins.
                "dist": 0,
            }
            for index, (facts, partners) in enumerate(definition)
        }
        for known_by in ("key", "from", "on"):
            # A fact that meets no rule is an exception. These meet every one, and never fire.
            rules[f"any-{known_by}"] = {
                "all": [{"x": {"$ex": {known_by: 1}}}, {"y": {"never": 1}}],
                "run": self._guarded(self._never),
            }
        rules["end"] = {
            "all": [{"x": {"end": 1}}],
            "run": self._guarded(self._end),
            "cap": 1,
            "pri": 1,
        }
        return rules

    def _guarded(self, act: Callable[[dict[str, Any]], None]) -> Callable[[Any], None]:
        def run(closure: Any) -> None:
            try:
                # The library measures ten seconds by the wall clock, then drops all that is left.
                closure._start_time = math.inf  # noqa: SLF001
                for match in closure.m:
                    act(match._d)  # noqa: SLF001 (its wrapper costs a fifth of the time)
            except BaseException as error:  # noqa: BLE001
                # It would be swallowed, an interrupt too.
                self._errors.append(error)

        return run

    def _end(self, _: dict[str, Any]) -> None:
        self._ended = True

    def _never(self, _: dict[str, Any]) -> None:
        raise RuntimeError("durable_rules fired a rule whose fact does not exist")

    def _action(self, index: int, partners: int) -> Callable[[dict[str, Any]], None]:
        aliases = ["x", *(f"p{number}" for number in range(partners))]

        def derive(match: dict[str, Any]) -> None:
            keys = [match[alias]["key"] for alias in aliases]
            self._matches.setdefault(index, []).append(keys)

        return derive


def _host() -> Any:
    from durable.engine import Host

    # A host's own threads take batches away from the call that made them.
    return type("QuietHost", (Host,), {"_run": lambda _: None})()


def answer(programs: dict[int, Program], message: bytes) -> dict[str, object]:
    """What becomes of one message; an error of the library is an answer too."""
    what, number, content = message[:1], int(message[1:9]), message[9:].decode()
    try:
        if what == b"P":
            programs[number] = Program(json.loads(content))
            return {}
        if what == b"S":
            return {"matches": list(programs[number].run(content).items())}
        programs.pop(number).close()
    except Exception as error:  # noqa: BLE001 (whatever it is, the parent must know)
        return {"error": _line(error)}
    return {}


def _line(error: BaseException) -> str:
    said = str(error) or str(getattr(error, "message", ""))
    return " ".join(f"{type(error).__name__}: {said}".split())[:500]


class _Later(types.ModuleType):
    """A module that is imported when something of it is asked for."""

    def __getattr__(self, name: str) -> Any:
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        module = __import__(self.__name__)
        vars(self).update(vars(module))
        return getattr(module, name)


def _import_later() -> None:
    """Has modules wait that durable_rules imports and hardly ever uses, which would take as long as
    all the rest."""
    for name in ("inspect", "logging", "random", "traceback"):
        sys.modules.setdefault(name, _Later(name))
    inspect, logging = sys.modules["inspect"], sys.modules["logging"]
    # All that it asks of them where nothing is wrong: once for each rule, and to start.
    vars(inspect).setdefault("ismethod", lambda of: isinstance(of, types.MethodType))
    vars(logging).setdefault("getLogger", lambda _: logging)


def _ready() -> dict[str, object]:
    try:
        _import_later()
        # With the C part missing or built for another Python, only the import tells.
        import durable.engine  # noqa: F401
    except Exception as error:  # noqa: BLE001 (whatever stops it is the answer)
        return {"error": _line(error)}
    return {"ready": True}


def main() -> None:
    """Answers until the parent says no more."""
    sys.path += sys.argv[1:]
    # The library asks the time in a way that Python 3.12 deprecates.
    warnings.simplefilter("ignore")
    incoming, outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what the library prints must not come between the frames
    programs: dict[int, Program] = {}
    _send(outgoing, _ready())
    while message := _receive(incoming):
        # Where an answer takes longer the parent has gone: it would have ended this process.
        _alarm(2 * int(message[:8]) + 10)
        _send(outgoing, answer(programs, message[8:]))
        _alarm(0)
    # Nothing needs to be taken apart.
    os._exit(0)


def _alarm(seconds: int) -> None:
    if hasattr(signal, "alarm"):
        signal.alarm(seconds)


def _receive(stream: IO[bytes]) -> bytes:
    head = stream.read(4)
    return stream.read(struct.unpack(">I", head)[0]) if len(head) == 4 else b""


def _send(stream: IO[bytes], content: dict[str, object]) -> None:
    message = json.dumps(content, separators=(",", ":")).encode()
    stream.write(struct.pack(">I", len(message)) + message)
    stream.flush()


if __name__ == "__main__":
    main()
