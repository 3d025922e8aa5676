from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ops.errors import OpsError
from ops.options import age
from ops.output import cell
from ops.place import AwsPlace, LocalPlace, open_place
from ops.queues import dead_queue
from shared.dead_letters.queues import WATCHED

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("30m", 1800), ("6h", 21600), ("2d", 172800)]
)
def test_ages_are_read(text: str, seconds: int) -> None:
    assert age(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["soon", "5", "-1h", "1w"])
def test_what_is_no_age_is_refused(text: str) -> None:
    with pytest.raises(OpsError, match="no age"):
        age(text)


@pytest.mark.parametrize("profile", ["", "aws:", "gcp:x"])
def test_a_profile_that_names_nothing_is_refused(profile: str) -> None:
    with pytest.raises(OpsError, match="is no profile"):
        open_place(profile)


def test_a_local_stack_that_is_not_up_is_said_so() -> None:
    with pytest.raises(OpsError, match="make up"):
        open_place("local:never-started")


class _Stack:
    outputs = {"OrdersTableName": "orders"}  # noqa: RUF012  # read only

    def client(self, service: str) -> str:
        return f"client of {service}"


def test_a_local_place_is_its_stack_and_names_what_is_missing() -> None:
    place = LocalPlace(_Stack(), "demo")

    assert place.output("OrdersTableName") == "orders"
    assert place.client("sqs") == "client of sqs"
    assert place.operator().startswith("local/")
    with pytest.raises(OpsError, match="no output LedgerTableName"):
        place.output("LedgerTableName")


def test_queues_are_found_by_name_or_all_names_are_said() -> None:
    outputs = {one.dlq_output: f"https://{one.name}-dlq" for one in WATCHED}
    outputs |= {one.queue_output: f"https://{one.name}" for one in WATCHED}
    place = AwsPlace("stack", outputs)

    assert dead_queue(place, "order-postings").target_url == "https://order-postings"
    assert dead_queue(place, "sweeper").target_url == ""
    with pytest.raises(OpsError, match="cart-events, order-postings"):
        dead_queue(place, "orders")
    assert len({queue.dlq_output for queue in WATCHED}) == len(WATCHED)


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "-"), ("", "-"), ((), "-"), (True, "yes"), (AT, "2026-03-02 12:00:00Z"), (0, "0")],
)
def test_cells_are_for_people(value: object, text: str) -> None:
    assert cell(value) == text
