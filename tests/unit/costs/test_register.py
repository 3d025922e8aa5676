from __future__ import annotations

from datetime import UTC, datetime

import pytest

from commerce.money import Money
from shared.costs.imports import ALWAYS, costs_of
from shared.costs.register import CostHistory, UnitCost, cost_at, with_cost

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
APRIL = datetime(2026, 4, 1, tzinfo=UTC)
MAY = datetime(2026, 5, 1, tzinfo=UTC)


def cost(since: datetime, amount: str) -> UnitCost:
    return UnitCost(since, Money.of(amount, "USD"))


HISTORY: CostHistory = (cost(MARCH, "9.00"), cost(MAY, "11.00"))


def test_what_was_sold_is_costed_by_the_cost_of_its_day() -> None:
    assert cost_at(HISTORY, APRIL) == Money.of("9.00", "USD")
    assert cost_at(HISTORY, MAY) == Money.of("11.00", "USD")


def test_what_was_sold_before_any_cost_was_known_takes_the_first_one() -> None:
    assert cost_at(HISTORY, datetime(2025, 1, 1, tzinfo=UTC)) == Money.of("9.00", "USD")


def test_a_cost_that_holds_already_adds_nothing() -> None:
    assert with_cost(HISTORY, cost(APRIL, "9.00")) == HISTORY


def test_a_newer_cost_is_added_and_moves_nothing_before_it() -> None:
    more = with_cost(HISTORY, cost(datetime(2026, 6, 1, tzinfo=UTC), "12.00"))
    assert more[:2] == HISTORY
    assert cost_at(more, MAY) == Money.of("11.00", "USD")


@pytest.mark.parametrize("since", [APRIL, MAY, datetime(2025, 1, 1, tzinfo=UTC)])
def test_a_cost_that_would_move_what_was_booked_is_refused(since: datetime) -> None:
    with pytest.raises(ValueError, match=r"costs 11\.00 since"):
        with_cost(HISTORY, cost(since, "10.00"))


def read(*rows: str) -> tuple[dict[str, list[UnitCost]], list[str]]:
    lines = ["sku,cost,currency,since", *rows]
    found, findings = costs_of(lines, currency="USD", zone="America/New_York")
    return found, [f"{finding.place}: {finding.message}" for finding in findings]


def test_a_file_gives_costs_since_the_beginning_of_a_day_of_the_entity() -> None:
    found, findings = read("TEE,9.00,USD,", "TEE,9.50,USD,2026-04-01")
    assert findings == []
    began = datetime(2026, 4, 1, 4, tzinfo=UTC)
    assert found == {"TEE": [cost(ALWAYS, "9.00"), cost(began, "9.50")]}


def test_all_that_is_wrong_in_a_file_is_told_at_once() -> None:
    _, findings = read(
        ",9.00,USD,",
        "A,nine,USD,",
        "B,9.00,EUR,",
        "C,-1,USD,",
        "D,1,USD,soon",
        "E,1,USD,",
        "E,2,USD,",
    )
    assert [finding.partition(":")[0] for finding in findings] == [
        f"line {number}" for number in (2, 3, 4, 5, 6, 8)
    ]


def test_a_file_without_its_headings_is_refused_whole() -> None:
    found, (finding,) = costs_of(["sku,cost", "TEE,9.00"], currency="USD", zone="UTC")
    assert found == {}
    assert finding.message == "there is no column currency, since"
