"""Goods that leave another entity's stock: each entity's books balance by themselves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from commerce.orders import Restock
from shared.ledger.outcomes import Outcome, OutcomeKind
from shared.ledger.requests import Steps
from shared.policy.choices import Cogs, PostingMode
from shared.policy.mapping import Role
from shared.posting.by_entity import EntityAppliers
from shared.postings.book import StoreBook
from shared.postings.effects import imbalance
from shared.postings.keys import entity_of
from shared.postings.plan import Posting, Reason
from tests.accounting.journals import told
from tests.accounting.lives import PAID, SHIPPED, one_tee_back, order_a_placed
from tests.accounting.planning import planned
from tests.accounting.shop import ACCOUNTS, book, day, mapping

SHARED = {**ACCOUNTS, Role.INTERENTITY_RECEIVABLE: "1900", Role.INTERENTITY_PAYABLE: "2900"}


def _book(accounts: Any = SHARED, **policy: Any) -> StoreBook:
    chart = mapping(accounts=accounts, stock_entity="E200", location="E100")
    usual = book(chart=chart, cogs=Cogs.CART_COST, **policy)
    return replace(usual, entity="E100")


def _of(postings: tuple[Posting, ...], purpose: str) -> dict[str, Posting]:
    return {entity_of(x.key): x for x in postings if x.key.endswith(f":{purpose}")}


def test_the_seller_owes_the_cost_and_the_owner_of_the_stock_is_owed_it() -> None:
    """J-14.1: Dr 5000@E100, Cr 2900@E100; Dr 1900@E200, Cr 1300@E200."""
    made = planned(order_a_placed(), PAID, SHIPPED, books=_book())
    sides = _of(made.postings, "cogs:parcel-1")
    assert told(sides["E100"].effect) == {
        ("5000", "Dr"): told(sides["E200"].effect)["1300", "Cr"],
        ("2900", "Cr"): told(sides["E200"].effect)["1900", "Dr"],
    }
    assert {str(amount) for amount in told(sides["E200"].effect).values()} == {"22.10"}
    for posting in sides.values():
        assert not imbalance(posting.effect, "USD")
    assert {line.dimensions.location for line in sides["E200"].effect} == {"E200"}


def test_what_comes_back_goes_back_to_the_owner_of_the_stock() -> None:
    made = planned(order_a_placed(), PAID, SHIPPED, one_tee_back(), books=_book())
    sides = _of(made.postings, "restock:refund-1")
    assert told(sides["E100"].effect) == {("2900", "Dr"): 9, ("5000", "Cr"): 9}
    assert told(sides["E200"].effect) == {("1300", "Dr"): 9, ("1900", "Cr"): 9}


def test_what_is_scrapped_concerns_the_seller_alone() -> None:
    given = one_tee_back(restock=Restock.SCRAP)
    made = planned(order_a_placed(), PAID, SHIPPED, given, books=_book())
    assert set(_of(made.postings, "restock:refund-1")) == {"E100"}


def test_everything_else_of_the_order_stays_with_the_seller() -> None:
    made = planned(order_a_placed(), PAID, SHIPPED, books=_book())
    foreign = [x.key for x in made.postings if entity_of(x.key) != "E100"]
    assert foreign == ["acme/E200/JOURNAL/shop:cogs:parcel-1"]


def test_without_inter_entity_accounts_the_order_is_held() -> None:
    made = planned(order_a_placed(), PAID, SHIPPED, books=_book(ACCOUNTS))
    assert {finding.place for finding in made.findings} == {
        "mapping.accounts.interentity_payable",
        "mapping.accounts.interentity_receivable",
    }


def test_a_daily_journal_of_another_entitys_stock_is_refused() -> None:
    made = planned(
        order_a_placed(), PAID, SHIPPED, books=_book(posting_mode=PostingMode.SUMMARY_DAILY)
    )
    assert {finding.reason for finding in made.findings} == {Reason.OUT_OF_SCOPE}


class _Recorder:
    """Stands for the appliers of two entities and writes down who got what."""

    def __init__(self, stops_at: str = "") -> None:
        self.got: list[tuple[str, list[str]]] = []
        self._stops_at = stops_at

    def of(self, entity: str) -> Any:
        recorder = self

        class Applier:
            def steps(
                self, _pk: str, postings: list[Posting], posted: Any, *_: Any, **__: Any
            ) -> Steps[Any]:
                recorder.got.append((entity, [posting.key for posting in postings]))
                kind = OutcomeKind.COMPLETE
                if entity == recorder._stops_at:  # ours
                    kind = OutcomeKind.PARKED
                keys = tuple(posting.key for posting in postings)
                yield from ()
                return Outcome(kind, posted, keys)

        return Applier()


def test_each_posting_goes_to_the_books_of_its_entity_in_the_order_planned() -> None:
    made = planned(order_a_placed(), PAID, SHIPPED, books=_book())
    recorder = _Recorder()
    steps = EntityAppliers(recorder.of, "E100", "E200").steps("pk", made.postings, {}, day(1))
    outcome = _finished(steps)
    assert [entity for entity, _ in recorder.got].count("E200") == 1
    assert [key for _, keys in recorder.got for key in keys] == [x.key for x in made.postings]
    assert outcome.done == tuple(x.key for x in made.postings)


def test_what_stops_in_one_entity_stops_the_order() -> None:
    made = planned(order_a_placed(), PAID, SHIPPED, books=_book())
    recorder = _Recorder(stops_at="E200")
    outcome = _finished(
        EntityAppliers(recorder.of, "E100", "E200").steps("pk", made.postings, {}, day(1))
    )
    assert outcome.kind is OutcomeKind.PARKED
    assert recorder.got[-1][0] == "E200"


def _finished(steps: Steps[Outcome]) -> Outcome:
    try:
        next(steps)
    except StopIteration as stop:
        result: Outcome = stop.value
        return result
    message = "nothing is to be sent here"
    raise AssertionError(message)
