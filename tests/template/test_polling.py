"""One poll per store at a time: the lease outlives the run that took it."""

from __future__ import annotations

from shared.polling.checkpoints import LEASE
from tests.template.reading import functions


def test_the_lease_of_a_store_outlives_the_pollers_longest_run() -> None:
    assert functions()["CartPollerFunction"]["Timeout"] < LEASE.total_seconds()
