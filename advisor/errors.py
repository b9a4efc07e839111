"""What can go wrong in a user's hands.

AdvisorError            the user can mend it: message and next step, exit code 2, no traceback
├── Mistakes            every mistake of one file, at once
├── NothingReadable     no file gave a reading, exit code 3
├── EngineUnavailable   durable_rules cannot be imported
├── EngineFailed        durable_rules ended, hung or gave up while it was judging
└── PluginError         a plugin broke its contract

Anything else that is raised is a bug and keeps its traceback.
"""

import re
from collections.abc import Iterable, Sequence


class AdvisorError(Exception):
    """A mistake the user can mend; *where* is a file or option, *hint* the next step."""

    exit_code = 2

    def __init__(self, message: str, *, where: str = "", hint: str = "") -> None:
        self.message = message
        self.where = where
        self.hint = hint
        super().__init__(_with_hint(f"{where}: {message}" if where else message, hint))


def _with_hint(text: str, hint: str) -> str:
    if not hint:
        return text
    if "\n" in text:
        return f"{text}\n{hint[0].upper()}{hint[1:]}"
    return f"{text} {hint[0].upper()}{hint[1:]}" if text.endswith("?") else f"{text}; {hint}"


class Mistakes(AdvisorError):
    """All mistakes of one file; each line has its own place inside the file."""

    def __init__(self, mistakes: Sequence[str], *, where: str, hint: str = "") -> None:
        self.mistakes = tuple(mistakes)
        count = len(self.mistakes)
        head = "1 mistake" if count == 1 else f"{count} mistakes"
        body = "".join(f"\n  {line}" for line in self.mistakes)
        super().__init__(f"{head}{body}", where=where, hint=hint)


class NothingReadable(AdvisorError):
    """No file could be read as anything known."""

    exit_code = 3


class EngineUnavailable(AdvisorError):
    """durable_rules is not installed or cannot be imported."""


class EngineFailed(AdvisorError):
    """durable_rules was killed, crashed, took too long, or could not run a rule set."""


class PluginError(AdvisorError):
    """A plugin failed at import, raised in a hook, or returned what the hook does not allow."""


def one_line(error: Exception) -> str:
    """*error* without line breaks: for where it is one of many."""
    return "; ".join(line.strip() for line in str(error).splitlines() if line.strip())


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name that *word* was probably meant to be."""
    import difflib

    names = {name.casefold(): name for name in known}
    found = difflib.get_close_matches(word.casefold(), names, n=1, cutoff=0.6)
    return names[found[0]] if found else None


def unknown(what: str, word: str, known: Iterable[str]) -> str:
    """'unknown metric 'ctrr'; did you mean 'ctr'?', or the list where nothing is near."""
    names = sorted(known)
    near = nearest(word, names)
    if near:
        return f"unknown {what} {word!r}; did you mean {near!r}?"
    shown = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
    return f"unknown {what} {word!r}; known: {shown}" if names else f"unknown {what} {word!r}"


def names_unknown_word(text: str) -> bool:
    """Whether *text* says of a word that nobody declares it, as `unknown` does; a key of a file is
    no such word."""
    return _UNKNOWN_WORD.search(text) is not None


_UNKNOWN_WORD = re.compile(r"unknown (?!key )[a-z][a-z, -]* ['\"]")
