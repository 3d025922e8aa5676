"""One stack per name, which leaves nothing behind whatever happens to it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from local.stack import processes, record
from local.stack.errors import StackError
from local.stack.interrupts import Interrupts
from local.stack.locking import StackLock
from local.stack.paths import StackPaths, Tools
from local.stack.record import StackRecord
from local.stack.stack import LocalStack
from tests.unit.stack.conftest import program
from tests.unit.stack.test_building import SAM_FAILS


def _stack_whose_build_fails(tools: Tools, told: list[str], *, keep: bool = False) -> LocalStack:
    """Its embedded AWS and simulator start, and then there is nothing to deploy."""
    program(tools.root / ".local" / "sam" / "bin" / "sam", SAM_FAILS)
    return LocalStack("trial", keep=keep, say=told.append, tools=tools)


def _started(paths: StackPaths) -> list[processes.ProcessId]:
    known = record.read(paths.record)
    return [process.id for process in known.processes] if known else []


def test_a_stack_that_cannot_be_built_leaves_nothing_running(
    paths: StackPaths, tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[processes.ProcessId] = []
    stop = processes.stop

    def stop_and_tell(process: processes.ProcessId) -> None:
        seen.append(process)
        assert process.runs()
        stop(process)

    monkeypatch.setattr(processes, "stop", stop_and_tell)

    with pytest.raises(StackError, match="sam build failed"), _stack_whose_build_fails(tools, []):
        pass

    assert len(seen) == 2
    assert [process.runs() for process in seen] == [False, False]
    assert not paths.record.exists()
    assert not paths.state.exists()
    assert not paths.temporary.exists()
    assert (paths.logs / "sam-build.log").exists()


def test_after_a_failure_the_next_one_may_try_at_once(tools: Tools) -> None:
    for _ in range(2):
        with pytest.raises(StackError, match="sam build failed"):
            _stack_whose_build_fails(tools, []).start()


def test_a_kept_stack_keeps_its_port_and_its_state(paths: StackPaths, tools: Tools) -> None:
    with pytest.raises(StackError):
        _stack_whose_build_fails(tools, [], keep=True).start()
    first = record.read(paths.record)
    with pytest.raises(StackError):
        _stack_whose_build_fails(tools, [], keep=True).start()
    second = record.read(paths.record)

    assert first
    assert second
    assert first.port == second.port > 0
    assert not second.is_running
    assert paths.state.exists()


def test_a_missing_tool_stops_before_anything_starts(paths: StackPaths, tools: Tools) -> None:
    (tools.root / ".local" / "ministack" / "bin" / "python").unlink()

    with pytest.raises(StackError, match="run `make setup` first"):
        LocalStack("trial", tools=tools).start()

    assert _started(paths) == []


def test_what_a_killed_run_left_behind_is_ended_first(
    paths: StackPaths, tools: Tools, tmp_path: Path
) -> None:
    orphan = processes.start(
        "an orphan",
        [tools.python, "-c", "import time; time.sleep(300)"],
        log=tmp_path / "log",
        env=dict(os.environ),
        cwd=tmp_path,
    )
    left = processes.ProcessId.of(orphan.pid)
    process = record.RunningProcess(name="orphan", pid=left.pid, started=left.started)
    StackRecord(port=1, processes=(process,)).write(paths.record)
    told: list[str] = []

    with pytest.raises(StackError, match="sam build failed"):
        _stack_whose_build_fails(tools, told).start()

    assert told[0] == "Ending what an interrupted run has left behind"
    assert not left.runs()


def test_a_stack_that_is_up_is_neither_doubled_nor_ended_by_a_second(
    paths: StackPaths, tools: Tools
) -> None:
    me = processes.ProcessId.of(os.getpid())
    running = record.RunningProcess(name="aws", pid=me.pid, started=me.started)
    known = StackRecord(port=1, processes=(running,), outputs={"A": "b"}, is_detached=True)
    known.write(paths.record)

    with pytest.raises(StackError, match="is up already: `make down` ends it"):
        LocalStack("trial", tools=tools).start()

    assert record.read(paths.record) == known
    assert me.runs()


def test_nobody_starts_a_stack_that_another_one_holds(paths: StackPaths, tools: Tools) -> None:
    holder = StackLock(paths)
    holder.acquire()

    with pytest.raises(StackError, match="in use by another process"):
        LocalStack("trial", tools=tools).start()

    holder.release()
    next_one = StackLock(paths)
    next_one.acquire()
    next_one.release()


def test_a_record_is_read_back_and_is_nobody_elses_business(tmp_path: Path) -> None:
    path = tmp_path / "stack.json"
    written = StackRecord(port=4711, keep=True, outputs={"WebhookApiId": "abc"})

    written.write(path)

    assert record.read(path) == written
    assert path.stat().st_mode & 0o077 == 0


def test_a_record_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    path = tmp_path / "stack.json"
    assert record.read(path) is None

    path.write_text("{half a rec")
    assert record.read(path) is None


def test_a_deadly_signal_gives_a_chance_to_clean_up() -> None:
    interrupts = Interrupts()
    interrupts.watch()
    try:
        with pytest.raises(SystemExit) as caught:
            signal.raise_signal(signal.SIGTERM)
    finally:
        interrupts.restore()

    assert caught.value.code == 128 + signal.SIGTERM
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_an_impatient_signal_does_not_stop_the_stopping() -> None:
    before = signal.getsignal(signal.SIGINT)
    with Interrupts().held_off():
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGTERM)

    assert signal.getsignal(signal.SIGINT) == before
