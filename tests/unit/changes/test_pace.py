"""What polling costs a day is known before it is done, and bounded for companies of any shape."""

from __future__ import annotations

import pytest

from intacct.limits import Tier
from intacct.reading import Kept
from shared.budgets.depths import BACKGROUND_READS_MOST
from shared.changes.pace import (
    KEYS_A_CALL,
    MOST_A_DAY,
    MOST_CALLS,
    PACES,
    Place,
    cost_of,
    pace_of,
    places_of,
)
from tests.benchmarks.polling_costs import Size, lived_day
from tests.unit.changes.rig import tenant
from tests.unit.customers.choosing_rig import tenant as plain_tenant


def of_entities(count: int) -> list[Place]:
    masters = [Place("", kind) for kind in (Kept.CUSTOMER, Kept.ITEM, Kept.CONTACT, Kept.WAREHOUSE)]
    documents = [kind for kind in Kept if Place("", kind) not in masters]
    return [*masters, *(Place(str(one), kind) for one in range(count) for kind in documents)]


@pytest.mark.parametrize("tier", list(Tier))
@pytest.mark.parametrize("entities", [1, 2, 5, 40])
def test_polling_stays_within_its_part_of_the_months_reads(tier: Tier, entities: int) -> None:
    cost = cost_of(tier, of_entities(entities), {})

    assert cost.polls <= MOST_A_DAY + 0.001
    assert cost.polls * 31 < BACKGROUND_READS_MOST * 2 / 3


def test_a_small_companys_day_is_as_its_pace_says() -> None:
    cost = cost_of(Tier.ONE, of_entities(1), {})

    # Customers and items each two hours, contacts and warehouses daily, six documents each four.
    assert cost.polls == 2 * 12 + 2 * 1 + 6 * 6
    assert cost.pace == PACES[Tier.ONE]
    assert (cost.looks, cost.nights) == (0, 1)


def test_many_entities_are_read_less_often_and_none_is_left_out() -> None:
    few, many = of_entities(1), of_entities(10)

    slow = pace_of(Tier.ONE, many)

    assert slow.documents > pace_of(Tier.ONE, few).documents
    assert cost_of(Tier.ONE, many, {}).places == len(many)


def test_comparing_keys_costs_pages_up_to_its_bound_and_then_takes_more_nights() -> None:
    night = KEYS_A_CALL * MOST_CALLS

    small = cost_of(
        Tier.ONE,
        [],
        {Place("", Kept.CUSTOMER): 501, Place("", Kept.ITEM): 500, Place("", Kept.CONTACT): 7},
    )
    large = cost_of(Tier.ONE, [], {Place("", Kept.CUSTOMER): 10 * night})

    assert (small.looks, small.nights) == (2 + 1 + 1, 1)
    assert (large.looks, large.nights) == (MOST_CALLS + 1, 10)


def test_a_lived_day_costs_what_was_estimated() -> None:
    day = lived_day(Tier.THREE, Size(600, 10, 600))

    assert day.lived == pytest.approx(day.estimated, abs=day.estimated * 0.15)


def test_all_kinds_of_all_entities_with_stores_are_places_in_one_order() -> None:
    places = places_of(tenant(), frozenset(Kept))

    assert [str(one) for one in places][:4] == [
        "top level customer",
        "top level item",
        "top level contact",
        "top level warehouse",
    ]
    assert {one.kind for one in places} == set(Kept)
    assert {one.entity for one in places[4:]} == {"100"}


def test_kinds_that_a_tenant_never_uses_are_not_read() -> None:
    """A company may have no inventory module, and no right to it need be given."""
    daily = plain_tenant(policy={"posting_mode": "summary_daily"})

    assert {one.kind for one in places_of(plain_tenant(), Kept)} == set(Kept) - {Kept.WAREHOUSE}
    assert {one.kind for one in places_of(daily, Kept)} == {Kept.JOURNAL_ENTRY}
