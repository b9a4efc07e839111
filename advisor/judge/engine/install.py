"""Building durable_rules, which is a C extension without wheels."""

import importlib
import os
import re
import shlex
import shutil
import sys
import sysconfig
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from advisor.errors import EngineUnavailable
from advisor.judge.engine.durable import DurableEngine, Library
from advisor.model import frozen
from advisor.plugin import Cause, ChildDied, Limits, python_command, run_process

INSTALL = "advisor engine install"
REQUIREMENT = "durable-rules>=2.0.28,<3"
# The C part calls a function that CPython 3.13 has no more; this name has been the same for long.
CPPFLAGS = "-DPyEval_CallObject=PyObject_CallObject"
SECONDS = 900.0
_ELSE = "the reference engine is used, which finds the same"
_PIP_SAYS = re.compile(r"^(?:error|ERROR): *(?P<what>.+)")


@frozen
class Outcome:
    """What became of an installation, in one line."""

    installed: bool
    text: str


def engine_in_use() -> Outcome:
    """Which engine decides, and why; asked of a child that is started for it."""
    try:
        library = Library()
    except EngineUnavailable as error:
        return Outcome(installed=False, text=_unusable(str(error)))
    try:
        DurableEngine(own=library).ready()
    except Exception as error:  # noqa: BLE001 (whatever stops it is the answer)
        return Outcome(installed=False, text=_unusable(str(error)))
    finally:
        library.close()
    return Outcome(installed=True, text=f"durable_rules {library.version} is in use")


def install_engine(environ: Mapping[str, str] = os.environ) -> Outcome:
    """Builds durable_rules for this interpreter, where it does not run already.

    Where that is not possible the outcome says why, and which command does it.
    """
    found = engine_in_use()
    if found.installed:
        return found
    if find_spec("pip") is None:
        return _not_built(f"this environment has no pip; run: {command_without_pip()}")
    compiler = missing_compiler(environ)
    if compiler is not None:
        return _not_built(f"there is no C compiler ({compiler})")
    # What pip has kept may be a wheel that was built without the flags.
    pip = ("-m", "pip", "install", "--no-input", "--disable-pip-version-check")
    again = ("--no-cache-dir", "--force-reinstall", REQUIREMENT)
    env = {**environ, "CPPFLAGS": f"{environ.get('CPPFLAGS', '')} {CPPFLAGS}".strip()}
    try:
        run_process(python_command(*pip, *again), limits=Limits(SECONDS), env=env)
    except ChildDied as died:
        return _not_built(_reason(died))
    importlib.invalidate_caches()
    built = engine_in_use()
    if not built.installed:
        return built
    return Outcome(installed=True, text=f"{built.text}: it was built for this Python")


def missing_compiler(environ: Mapping[str, str] = os.environ) -> str | None:
    """The C compiler that would build an extension, where it is not there."""
    if os.name == "nt":  # setuptools finds it in the registry
        return None
    words = shlex.split(environ.get("CC") or sysconfig.get_config_var("CC") or "cc")
    name = words[0] if words else "cc"
    return None if shutil.which(name, path=environ.get("PATH")) else name


def command_without_pip() -> str:
    """The command that builds durable_rules where whoever made the environment left pip out."""
    prefix = Path(sys.prefix)
    if (prefix / "pipx_metadata.json").is_file():
        pip = "--pip-args='--no-cache-dir --force-reinstall'"
        return f"CPPFLAGS={CPPFLAGS} pipx inject {pip} shop-advisor '{REQUIREMENT}'"
    python = shlex.quote(sys.executable)
    options = f"--no-cache --reinstall --python {python}"
    return f"CPPFLAGS={CPPFLAGS} uv pip install {options} '{REQUIREMENT}'"


def _unusable(reason: str) -> str:
    return f"durable_rules cannot be used ({reason}), so {_ELSE}"


def _not_built(reason: str) -> Outcome:
    return Outcome(installed=False, text=f"durable_rules was not built: {reason}; {_ELSE}")


def _reason(died: ChildDied) -> str:
    """The line of pip's that says what went wrong; its last ones only explain how it works."""
    if died.death.cause is not Cause.EXIT:
        return f"pip failed: {died.death}"
    said = [match["what"] for match in map(_PIP_SAYS.match, died.death.last_lines) if match]
    return f"pip says: {said[-1] if said else died.death}"
