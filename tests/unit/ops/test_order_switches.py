"""Every switch that a plan names is one of the policy's."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, date, datetime

import pytest

import tests.accounting.more_lives  # noqa: F401  # registers its lives
from ops.order_switches import switches_of, switches_of_event, switches_of_order
from shared.policy.switches import PostingPolicy
from shared.postings.plan import DayEntry
from tests.accounting.journals import play
from tests.accounting.lives import LIVES

KNOWN = {field.name for field in fields(PostingPolicy)}


@pytest.mark.parametrize("name", ["order_a_one_tee_restocked", "order_a_deferred_two_parcels"])
def test_every_document_names_the_switches_behind_it(name: str) -> None:
    life = LIVES[name]()

    for posting in play(life).postings.values():
        switches = switches_of(posting, life.book.policy)
        assert switches, posting.key
        assert set(switches) <= KNOWN


@pytest.mark.parametrize(
    "event", ["sale:1:2", "recognise:1", "cogs:1", "refund:1", "restock:1", "fee:1"]
)
def test_every_event_of_a_summary_channel_names_the_switches_behind_it(event: str) -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    entry = DayEntry(event, "shop", "USD", date(2026, 3, 2), at, ())

    switches = switches_of_event(entry, PostingPolicy())

    assert switches
    assert set(switches) <= KNOWN


def test_an_order_as_a_whole_is_decided_by_mode_depth_and_customer() -> None:
    switches = switches_of_order(PostingPolicy(post_zero_lines=True))

    assert switches["posting_mode"] == "detail"
    assert set(switches) <= KNOWN
