"""However many orders of one buyer come at once, through whatever faults: one customer."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from intacct.errors import NotSentError, OutcomeUnknownError
from shared.customers.choosing import Chosen
from shared.customers.keeping import CustomerNotReadyError
from shared.ledger.driving import Job, drive
from shared.ledger.records import LEASE, SETTLE
from tests.unit.customers.choosing_rig import Rig, person_made, tenant
from tests.unit.customers.orders import ADA, order

EXAMPLES = int(os.environ.get("CUSTOMER_RACES", "20"))
BUYERS = (ADA, replace(ADA, id=""), replace(ADA, id="9"), replace(ADA, email="ADA@EXAMPLE.COM"))
FAULTS = st.sampled_from(
    [("before", NotSentError("down")), ("after", OutcomeUnknownError("lost")), None, None]
)


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    batches=st.lists(
        st.lists(st.integers(0, len(BUYERS) - 1), min_size=1, max_size=4), min_size=1, max_size=4
    ),
    faults=st.lists(FAULTS, max_size=4),
    search_faults=st.lists(st.booleans(), max_size=3),
    others=st.lists(st.integers(0, len(BUYERS) - 1), max_size=3),
    match=st.sampled_from([["email"], ["external_id", "email"], ["email", "phone", "bill_to"]]),
)
def test_orders_of_one_buyer_never_make_two_customers(
    batches: list[list[int]],
    faults: list[Any],
    search_faults: list[bool],
    others: list[int],
    match: list[str],
) -> None:
    rig = Rig(tenant({"match_by": match}))
    rig.sage.errors = [NotSentError("down") for is_fault in search_faults if is_fault]
    for fault in faults:
        if fault:
            rig.books.fail(*fault)

    chosen: set[tuple[str, ...]] = set()
    rig.sage.meanwhile = [lambda place=place: chosen.add(_run(rig, [place])) for place in others]  # type: ignore[misc]  # a default binds it
    chosen |= {_run(rig, batch) for batch in batches}
    rig.clock.pass_time((SETTLE + LEASE + timedelta(minutes=1)).total_seconds())
    rig.sage.errors, rig.books.faults, rig.sage.meanwhile = [], [], []
    chosen |= {_run(rig, [place]) for place in range(len(BUYERS))}

    ids = {customer for batch in chosen for customer in batch if customer}
    assert len(rig.made) == 1
    assert ids == set(rig.made)


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    places=st.lists(st.integers(0, len(BUYERS) - 1), min_size=2, max_size=6), at=st.integers(0, 5)
)
def test_a_customer_that_a_person_makes_meanwhile_never_splits_a_buyer(
    places: list[int], at: int
) -> None:
    rig = Rig(tenant({"match_by": ["email"]}))
    ids = set()
    for number, place in enumerate(places):
        if number == at:
            rig.sage.add(person_made("P-1", email=ADA.email))
        ids |= set(_run(rig, [place]))

    assert len(ids) == 1


def _run(rig: Rig, batch: list[int]) -> tuple[str, ...]:
    """Choose for a batch of orders in one process; whom each order got, if anybody yet."""
    chooser = rig.another()
    jobs = [
        Job(
            chooser.choose(rig.wanted(order(number, buyer=BUYERS[place]))),
            company="acme",
            queue=str(number),
        )
        for number, place in enumerate(batch)
    ]
    return tuple(_customer(outcome) for outcome in drive(jobs, clock=rig.clock))


def _customer(outcome: Chosen | Exception) -> str:
    if isinstance(outcome, CustomerNotReadyError):
        return ""
    if isinstance(outcome, Exception):
        raise outcome
    assert outcome.findings == ()
    return outcome.customer
