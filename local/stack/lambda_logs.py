"""What the functions wrote, as files: one per function, beside the logs of the processes."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

_SUFFIX = "LogGroup"
# A stream holds one invocation, whose lines all carry the time at which it ended: none is older
# than the longest function runs.
_LOOK_BACK_MILLISECONDS = 15 * 60_000


class LambdaLogs:
    """Copies log groups into files; lines that are there already are not written twice."""

    def __init__(
        self,
        client: Callable[[], CloudWatchLogsClient],
        groups: Mapping[str, str],
        folder: Path,
        *,
        every_seconds: float = 2.0,
    ) -> None:
        """`groups` are physical names by logical id; `client` makes one for the thread's use."""
        self._make_client = client
        self._groups = dict(groups)
        self._folder = folder
        self._every_seconds = every_seconds
        self._copied: dict[str, Counter[str]] = {group: Counter() for group in groups}
        self._since: dict[str, int] = dict.fromkeys(groups, 0)
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def follow(self) -> None:
        """Copy now and then in the background, until `stop`."""
        self._thread = threading.Thread(target=self._follow, name="lambda-logs", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Copy what is left and end; a cloud that is gone already is no error."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self._collect_quietly()

    def collect(self) -> None:
        """Copy what is new."""
        client = self._make_client()
        with self._lock:
            for logical_id, group in self._groups.items():
                self._copy(client, logical_id, group)

    def _follow(self) -> None:
        while not self._ended.wait(self._every_seconds):
            self._collect_quietly()

    def _collect_quietly(self) -> None:
        try:
            self.collect()
        except (BotoCoreError, ClientError):
            return

    def _copy(self, client: CloudWatchLogsClient, logical_id: str, group: str) -> None:
        """Append what is new; MiniStack gives events no id, so lines are counted per stream."""
        copied = self._copied[logical_id]
        since = self._since[logical_id]
        met: Counter[str] = Counter()
        lines: list[str] = []
        pages = client.get_paginator("filter_log_events").paginate(
            logGroupName=group, startTime=since
        )
        for event in (event for page in pages for event in page["events"]):
            stream = event["logStreamName"]
            met[stream] += 1
            if met[stream] > copied[stream]:
                lines.append(event["message"].rstrip("\n"))
                since = max(since, event["timestamp"] - _LOOK_BACK_MILLISECONDS)
        if lines:
            self._copied[logical_id] = met
            self._since[logical_id] = since
            with self.file(logical_id).open("a", encoding="utf-8") as file:
                file.write("\n".join(lines) + "\n")

    def file(self, logical_id: str) -> Path:
        """Where the lines of that log group go."""
        return self._folder / f"{logical_id.removesuffix(_SUFFIX)}.log"
