"""What the comparison with the public SDKs found, as data."""

from __future__ import annotations

from dataclasses import dataclass

from tests.benchmarks.sdk_clients import Client, Cost


@dataclass(frozen=True)
class Measured:
    """What one client took in one place."""

    orders: int
    cost: Cost

    @property
    def processor_ms(self) -> float:
        """Milliseconds of the client's processor for an order."""
        return self.cost.processor_seconds * 1000 / self.orders

    def better_than(self, other: Measured | None) -> Measured:
        """The one of the two that took less of the processor."""
        if other is None or self.processor_ms < other.processor_ms:
            return self
        return other

    @property
    def orders_a_second(self) -> float:
        """How many orders a second of the wall brings."""
        return self.orders / self.cost.wall_seconds


@dataclass(frozen=True)
class Compared:
    """All that was learnt of one client; requests and transactions are those of one order."""

    client: Client
    requests: float
    transactions: float
    places: dict[tuple[float, int], Measured]
