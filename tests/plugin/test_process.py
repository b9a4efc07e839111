"""Children are held to their limits, and how they died is told. Every child here is a real one."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from advisor.plugin.process import (
    MIB,
    Cause,
    Child,
    ChildDied,
    Death,
    Limits,
    python_command,
    run_process,
)

# A child that evaluates what each frame says and answers with it as text.
EVALUATES = """
import os, sys, time
from advisor.plugin.process import serve

def answer(message):
    return str(eval(message)).encode()

serve(answer, 60)
"""
posix = pytest.mark.skipif(os.name != "posix", reason="signals and process groups are POSIX")
linux = pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux alone")


def python(program: str) -> list[str]:
    return python_command("-c", program)


def evaluating(limits: Limits | None = None) -> Child:
    return Child(python(EVALUATES), limits)


def death_of(program: str, limits: Limits | None = None, data: bytes = b"") -> Death:
    with pytest.raises(ChildDied) as caught:
        run_process(python(program), data, limits)
    return caught.value.death


def alive(pid: int) -> bool:
    """Whether there is such a process, and it is more than the remains of one."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return True


def gone(pid: int) -> bool:
    """Whether *pid* ends within ten seconds."""
    until = time.monotonic() + 10
    while alive(pid) and time.monotonic() < until:
        os.sched_yield()
    return not alive(pid)


def test_a_child_gets_its_input_and_gives_its_output() -> None:
    program = "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read()[::-1])"

    assert run_process(python(program), b"abc") == b"cba"


def test_input_and_output_larger_than_any_pipe_pass_through() -> None:
    program = "import sys\nfor line in sys.stdin.buffer: sys.stdout.buffer.write(line)"
    data = b"0123456789abcde\n" * 500_000

    assert run_process(python(program), data) == data


def test_a_child_that_does_not_read_its_input_is_no_failure() -> None:
    assert run_process(python("print('done')"), b"x" * MIB) == b"done" + os.linesep.encode()


def test_a_child_that_takes_too_long_is_ended() -> None:
    start = time.monotonic()

    death = death_of("while True: pass", Limits(seconds=0.3))

    assert (death.cause, str(death)) == (Cause.TIMEOUT, "it took longer than 0.3 s")
    assert time.monotonic() - start < 5


@posix
def test_what_a_child_started_ends_with_it() -> None:
    program = (
        "import subprocess, sys, time\n"
        "own = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print(own.pid, file=sys.stderr, flush=True)\n"
        "time.sleep(600)"
    )

    death = death_of(program, Limits(seconds=1))

    assert death.cause is Cause.TIMEOUT
    assert gone(int(death.last_lines[-1]))


@posix
@pytest.mark.parametrize("name", ["SIGKILL", "SIGSEGV", "SIGABRT", "SIGTERM"])
def test_a_child_that_is_killed_says_by_which_signal(name: str) -> None:
    death = death_of(f"import os, signal; os.kill(os.getpid(), signal.{name})")

    assert (death.cause, death.signal) == (Cause.SIGNAL, getattr(signal, name))
    assert str(death) == f"it was killed by {name}"


def test_a_child_that_ends_with_a_code_says_which_and_its_last_lines() -> None:
    death = death_of("import sys; print('one\\n\\ntwo', file=sys.stderr); sys.exit(7)")

    assert (death.cause, death.exit_code, death.last_lines) == (Cause.EXIT, 7, ("one", "two"))
    assert str(death) == "it ended with exit code 7 (two)"


def test_of_much_that_a_child_says_the_end_is_kept() -> None:
    program = "import sys\nfor n in range(200_000): print(n, file=sys.stderr)\nsys.exit(1)"

    assert death_of(program).last_lines == ("199995", "199996", "199997", "199998", "199999")


@linux
@pytest.mark.parametrize("amount", ["'x' * 10**10", "[bytearray(2**20) for _ in range(10**6)]"])
def test_a_child_that_wants_too_much_memory_is_ended(amount: str) -> None:
    death = death_of(amount, Limits(memory=256 * MIB))

    assert death.cause is Cause.MEMORY
    assert str(death) == "it ran out of its memory of 256 MiB (MemoryError)"


@linux
def test_a_crash_leaves_no_core_file(tmp_path: Path) -> None:
    program = "import resource; print(resource.getrlimit(resource.RLIMIT_CORE))"

    assert run_process(python(program), cwd=tmp_path).strip() == b"(0, 0)"


def test_a_child_that_says_too_much_is_ended() -> None:
    program = "while True: print('x' * 1000)"

    death = death_of(program, Limits(output=MIB))

    assert (death.cause, str(death)) == (Cause.OUTPUT, "it gave more than 1 MiB")


def test_a_program_that_is_not_there_is_a_death_too() -> None:
    with pytest.raises(ChildDied) as caught:
        run_process(["/nowhere/at-all"])

    assert caught.value.death.cause is Cause.START


def test_a_conversation_goes_on_in_one_child() -> None:
    with evaluating() as child:
        pid = child.ask(b"os.getpid()")
        assert child.ask(b"len('x' * 5_000_000)") == b"5000000"
        assert child.ask(b"'y' * 3_000_000") == b"y" * 3_000_000
        assert child.ask(b"os.getpid()") == pid == str(child.pid).encode()


def test_what_a_child_prints_does_not_come_between_the_frames() -> None:
    with evaluating() as child:
        assert child.ask(b"print('noise')") == b"None"
        assert child.ask(b"os.write(1, b'noise') and os.system('echo noise')") == b"0"
        assert child.ask(b"sys.stdin.read()") == b""
        assert child.ask(b"1 + 1") == b"2"


def test_a_child_that_hangs_in_a_conversation_is_ended_and_stays_dead() -> None:
    child = evaluating()
    assert child.ask(b"1") == b"1"

    for _ in range(2):
        with pytest.raises(ChildDied) as caught:
            child.ask(b"time.sleep(600)", 0.2)
        assert caught.value.death.cause is Cause.TIMEOUT
    assert child.death is not None
    assert not alive(child.pid)


@pytest.mark.parametrize(
    ("message", "cause"),
    [
        (b"os._exit(3)", Cause.EXIT),
        (b"os._exit(0)", Cause.EXIT),
        (b"os.abort()", Cause.SIGNAL),
        (b"1 / 0", Cause.EXIT),
        (b"'x' * (3 * 2**20)", Cause.OUTPUT),
    ],
)
@posix
def test_a_child_that_dies_in_a_conversation_says_how(message: bytes, cause: Cause) -> None:
    with evaluating(Limits(output=2 * MIB)) as child, pytest.raises(ChildDied) as caught:
        child.ask(message)

    assert caught.value.death.cause is cause
    assert not alive(child.pid)


@posix
def test_a_child_that_is_killed_between_two_questions_is_noticed() -> None:
    child = evaluating()
    child.ask(b"1")
    os.kill(child.pid, signal.SIGKILL)

    with pytest.raises(ChildDied) as caught:
        child.ask(b"1")

    assert str(caught.value) == "it was killed by SIGKILL"


def test_a_child_that_takes_no_message_is_ended() -> None:
    with (
        Child(python("import time; time.sleep(600)")) as child,
        pytest.raises(ChildDied) as caught,
    ):
        child.send(b"x" * (10 * MIB), 0.5)

    assert caught.value.death.cause is Cause.TIMEOUT


def test_half_a_frame_is_no_answer() -> None:
    program = "import os; os.write(1, b'\\0\\0\\0\\x09half')"
    with Child(python(program)) as child, pytest.raises(ChildDied) as caught:
        child.receive()

    assert str(caught.value) == "it ended with exit code 0"


def test_an_interrupt_ends_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    child = evaluating()
    child.ask(b"1")

    def interrupt() -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr(child, "_read", interrupt)
    with pytest.raises(KeyboardInterrupt):
        child.ask(b"1")
    assert not alive(child.pid)
    with pytest.raises(RuntimeError, match="closed"):
        child.ask(b"1")


def test_a_child_that_nobody_wants_any_more_ends() -> None:
    child = evaluating()
    child.ask(b"1")
    pid = child.pid
    del child

    assert not alive(pid)


@posix
def test_a_child_whose_parent_was_killed_ends() -> None:
    program = (
        "import os\nfrom advisor.plugin.process import Child, python_command\n"
        f"child = Child(python_command('-c', {EVALUATES!r}))\nchild.ask(b'1')\n"
        "os.write(2, b'%d' % child.pid)\nos.kill(os.getpid(), 9)"
    )

    death = death_of(program)

    assert death.signal == signal.SIGKILL
    assert gone(int(death.last_lines[-1]))


@posix
def test_a_hung_child_whose_parent_was_killed_ends() -> None:
    serving = EVALUATES.replace("serve(answer, 60)", "serve(answer, -4.9)")  # 0.2 s
    program = (
        "import os\nfrom advisor.plugin.process import Child, python_command\n"
        f"child = Child(python_command('-c', {serving!r}))\n"
        "child.send(b'[None for _ in iter(int, 1)]')\n"
        "os.write(2, b'%d' % child.pid)\nos.kill(os.getpid(), 9)"
    )

    death = death_of(program)

    assert death.signal == signal.SIGKILL
    assert gone(int(death.last_lines[-1]))


@posix
def test_a_fork_of_the_parent_leaves_the_child_alone() -> None:
    with evaluating() as child:
        child.ask(b"1")
        pid = os.fork()
        if pid == 0:
            child.close()
            os._exit(0)
        os.waitpid(pid, 0)
        assert child.ask(b"2") == b"2"


def test_a_child_has_no_more_than_its_three_pipes() -> None:
    with Path(__file__).open(), evaluating() as child:
        assert int(child.ask(b"len(os.listdir('/proc/self/fd'))")) <= 6


@posix
def test_a_child_ends_in_the_midst_of_an_answer_where_its_parent_is_killed() -> None:
    program = (
        "from tests.plugin.test_process import evaluating\n"
        "child = evaluating()\n"
        "print(child.pid, flush=True)\n"
        "child.ask(b'time.sleep(600)')\n"
    )
    root = Path(__file__).parents[2]
    with subprocess.Popen(python(program), stdout=subprocess.PIPE, text=True, cwd=root) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert alive(pid)
        parent.kill()
    assert gone(pid)
