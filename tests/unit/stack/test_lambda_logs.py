"""The functions' logs as files: every line once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from botocore.exceptions import EndpointConnectionError

from local.stack.lambda_logs import LambdaLogs

GROUPS = {"SweeperLogGroup": "/aws/sweeper"}


class _Logs:
    """A log group in memory, answered page by page, as MiniStack does: without event ids."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.is_gone = False
        self.asked = threading.Event()

    def say(self, stream: str, timestamp: int, *lines: str) -> None:
        self.events += [
            {"logStreamName": stream, "timestamp": timestamp, "message": line} for line in lines
        ]

    def get_paginator(self, _: str) -> _Logs:
        return self

    def paginate(self, *, logGroupName: str, startTime: int) -> Iterator[dict[str, Any]]:  # noqa: N803  # as boto3 says it
        self.asked.set()
        if self.is_gone:
            raise EndpointConnectionError(endpoint_url="http://127.0.0.1:1")
        assert logGroupName == "/aws/sweeper"
        for event in self.events:
            if event["timestamp"] >= startTime:
                yield {"events": [event]}


def _follower(logs: _Logs, folder: Path) -> LambdaLogs:
    client: Any = logs
    return LambdaLogs(lambda: client, GROUPS, folder, every_seconds=0.01)


def _written(folder: Path) -> list[str]:
    file = folder / "Sweeper.log"
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else []


def test_every_line_is_copied_once(tmp_path: Path) -> None:
    logs = _Logs()
    follower = _follower(logs, tmp_path)

    follower.collect()
    assert _written(tmp_path) == []

    logs.say("first", 1_000, "START", "swept\n", "END")
    follower.collect()
    follower.collect()
    logs.say("second", 2_000, "START", "END")
    follower.collect()

    assert _written(tmp_path) == ["START", "swept", "END", "START", "END"]


def test_lines_of_long_ago_are_not_asked_for_again_nor_written_again(tmp_path: Path) -> None:
    logs = _Logs()
    follower = _follower(logs, tmp_path)
    hour = 60 * 60_000

    for number in range(5):
        logs.say(f"run {number}", number * hour, f"line {number}")
        follower.collect()

    assert _written(tmp_path) == [f"line {number}" for number in range(5)]


def test_what_comes_last_is_copied_when_the_stack_goes(tmp_path: Path) -> None:
    logs = _Logs()
    follower = _follower(logs, tmp_path)
    follower.follow()
    assert logs.asked.wait(5)

    logs.say("last", 1, "good night")
    follower.stop()

    assert _written(tmp_path) == ["good night"]


def test_a_cloud_that_is_gone_does_not_stop_the_stopping(tmp_path: Path) -> None:
    logs = _Logs()
    logs.is_gone = True
    follower = _follower(logs, tmp_path)
    follower.follow()
    assert logs.asked.wait(5)

    follower.stop()

    assert _written(tmp_path) == []
