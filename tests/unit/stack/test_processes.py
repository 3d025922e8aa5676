"""What we start is ended, with all that it started, and nothing else is."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from local.stack import processes
from local.stack.errors import StackError

# Starts a child of its own, says who both are, and waits.
FAMILY = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
print(os.getpid(), child.pid, flush=True)
time.sleep(300)
"""
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ready", flush=True)
time.sleep(300)
"""


def _start(tmp_path: Path, code: str) -> tuple[subprocess.Popen[bytes], str]:
    output = tmp_path / "output"
    process = processes.start(
        "a program",
        [sys.executable, "-c", code],
        log=tmp_path / "log",
        output=output,
        env=dict(os.environ),
        cwd=tmp_path,
    )
    waiting = threading.Event()
    while not output.read_text().endswith("\n"):
        waiting.wait(0.01)
        assert process.poll() is None
    return process, output.read_text()


def test_a_process_ends_with_all_that_it_started(tmp_path: Path) -> None:
    process, said = _start(tmp_path, FAMILY)
    family = [processes.ProcessId.of(int(pid)) for pid in said.split()]
    assert [member.runs() for member in family] == [True, True]

    processes.stop(processes.ProcessId.of(process.pid))

    assert [member.runs() for member in family] == [False, False]


def test_a_process_that_will_not_end_is_made_to(tmp_path: Path) -> None:
    process, _ = _start(tmp_path, STUBBORN)
    stubborn = processes.ProcessId.of(process.pid)

    processes.stop(stubborn, seconds=0.2)

    assert not stubborn.runs()
    assert process.poll() is not None


def test_another_process_with_the_same_number_is_left_alone(tmp_path: Path) -> None:
    process, _ = _start(tmp_path, STUBBORN)
    ours = processes.ProcessId.of(process.pid)
    long_gone = processes.ProcessId(process.pid, "started at another time")

    processes.stop(long_gone)

    assert not long_gone.runs()
    assert ours.runs()
    processes.stop(ours, seconds=0.2)


def test_a_process_that_is_gone_has_no_identity() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()

    assert not processes.ProcessId.of(process.pid).runs()


def test_a_command_runs_to_its_end_and_leaves_its_words(tmp_path: Path) -> None:
    code = "import sys; print('built'); print('a warning', file=sys.stderr); sys.exit(3)"
    log = tmp_path / "log"

    exit_code = processes.run(
        "a command", [sys.executable, "-c", code], log=log, env=dict(os.environ), cwd=tmp_path
    )

    assert exit_code == 3
    assert sorted(log.read_text().split("\n")) == ["", "a warning", "built"]


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="the oven cannot be started: No such file"):
        processes.start("the oven", [tmp_path / "oven"], log=tmp_path / "log", env={}, cwd=tmp_path)


def test_the_end_of_a_log_is_shown(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("\n".join(f"line {number}" for number in range(100)))

    assert processes.tail(log, lines=2) == "line 98\nline 99"
    assert processes.tail(tmp_path / "none") == ""
