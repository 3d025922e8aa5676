"""One poll per store at a time: the lease outlives the run, and the run ends by itself."""

from __future__ import annotations

import inspect

import pytest

from carts.json_api import LONGEST_CALL_SECONDS, TIMEOUT
from shared.changes.checkpoints import LEASE as CHANGES_LEASE
from shared.polling.checkpoints import LEASE
from tests.integration.carts_rig import handler_of
from tests.template.reading import functions

POLLERS = {"cart_poller": "CartPollerFunction", "payout_sync": "PayoutSyncFunction"}


@pytest.mark.parametrize("name", POLLERS.values())
def test_the_lease_of_a_store_outlives_the_pollers_longest_run(name: str) -> None:
    assert functions()[name]["Timeout"] < LEASE.total_seconds()


@pytest.mark.parametrize(("job", "name"), POLLERS.items())
def test_a_run_ends_by_itself_even_when_its_last_call_hangs(job: str, name: str) -> None:
    """The last attempt begins at the latest when a call's patience ends, and then times out."""
    margin = inspect.unwrap(handler_of(job)).__globals__["_MARGIN"].total_seconds()

    assert TIMEOUT.read is not None
    assert TIMEOUT.connect is not None
    assert LONGEST_CALL_SECONDS + TIMEOUT.read + TIMEOUT.connect < margin
    assert margin < functions()[name]["Timeout"] / 2


def test_the_lease_of_a_kind_of_records_outlives_the_longest_run_that_follows_it() -> None:
    timeout = functions()["IntacctPollerFunction"]["Timeout"]
    margin = inspect.unwrap(handler_of("intacct_poller")).__globals__["_MARGIN"].total_seconds()

    assert timeout < CHANGES_LEASE.total_seconds()
    assert margin < timeout / 2
