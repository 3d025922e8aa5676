"""What a piece of work has used: calls, write units, requests to Sage Intacct, processor time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.benchmarks.loopback_aws import Call
from tests.benchmarks.write_units import WriteUnits


@dataclass(slots=True)
class Usage:
    """Sums over some work; by function where functions differ."""

    invocations: Counter[str] = field(default_factory=Counter)
    aws_calls: Counter[tuple[str, str]] = field(default_factory=Counter)
    units: dict[str, WriteUnits] = field(default_factory=dict)
    cpu_seconds: dict[str, float] = field(default_factory=dict)
    sage_requests: Counter[str] = field(default_factory=Counter)
    sage_transactions: int = 0

    def add_invocation(self, function: str, calls: Iterable[Call]) -> None:
        """Count one invocation and the AWS calls it made."""
        self.invocations[function] += 1
        for call in calls:
            self.aws_calls[function, call.operation] += 1
            self.units[function] = self.units.get(function, WriteUnits()) + call.units

    def calls_of(self, function: str) -> int:
        """AWS calls of one function."""
        return sum(count for (name, _), count in self.aws_calls.items() if name == function)

    @property
    def write_units(self) -> WriteUnits:
        """Write units of all functions."""
        return sum(self.units.values(), start=WriteUnits())


class SageLog:
    """The simulator's request log, emptied before and read after some work."""

    def __init__(self, admin_url: str) -> None:
        """`admin_url` is the simulator's own address."""
        self._client = httpx.Client(base_url=admin_url, timeout=30.0)

    def clear(self) -> None:
        """Forget all requests."""
        self._client.delete("/_sim/log").raise_for_status()

    def read_into(self, usage: Usage) -> None:
        """Add the requests since the log was cleared, and the transactions they are billed as."""
        response = self._client.get("/_sim/log")
        response.raise_for_status()
        requests: list[Mapping[str, Any]] = response.json()["requests"]
        for request in requests:
            usage.sage_requests[request["protocol"]] += 1
            usage.sage_transactions += request["transactions"]

    def close(self) -> None:
        """Close the connection."""
        self._client.close()
