"""Articles that are kept together share requests, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from commerce.catalogue import Product
from intacct.capabilities import Protocol
from intacct.errors import IntacctError, NotSentError, OutcomeUnknownError
from intacct.item_search import MOST_ITEMS, ItemBy, ItemSearch, KnownItem
from intacct.masters import Item
from shared.items.asking import MOST_TOGETHER, found_items
from shared.items.keeping import Kept, KeptAs
from shared.items.links import Condition, ItemLink, StaleLinkError
from shared.policy.items import ItemPolicy, UnknownSku
from shared.polling.windows import OutOfTimeError
from tests.contract.actions.teller import Teller
from tests.unit.items.keeping_rig import CREATES, Rig, product, reasons


class Together(Rig):
    """Keeps many at a time."""

    def many(self, *told: Product, late_after: int = 10**6) -> list[Kept | Exception]:
        links = self.links.load_many("acme", "shop", [one.sku for one in told])
        asked = iter(range(10**6))
        return self.keeper.keep_many(
            self.tenant,
            self.store,
            [(one, links.get(one.sku)) for one in told],
            is_late=lambda: next(asked) >= late_after,
        )

    def link(self, article: str) -> ItemLink:
        link = self.links.load("acme", "shop", article)
        assert link is not None
        return link


@pytest.fixture(params=list(Protocol))
def rig(request: pytest.FixtureRequest) -> Iterator[Together]:
    with Teller(request.param) as teller:
        yield Together(teller)


def article(number: int, **members: Any) -> Product:
    return product(**{"sku": f"SKU-{number}", "barcode": f"40063813{number:05}", **members})


def outcomes(kept: Sequence[Kept | Exception]) -> list[KeptAs | type]:
    return [one.outcome if isinstance(one, Kept) else type(one) for one in kept]


def test_a_page_of_new_articles_costs_two_searches_and_few_requests(rig: Together) -> None:
    kept = rig.many(*[article(number) for number in range(120)])

    assert outcomes(kept) == [KeptAs.CREATED] * 120
    assert rig.reads == 2
    assert [len(one) for one in rig.requests] == [50, 50, 20]
    assert len({rig.link(f"SKU-{number}").key for number in range(120)}) == 120


def test_known_items_are_found_by_one_search_each_field(rig: Together) -> None:
    rig.many(*[article(number) for number in range(20)])
    other = Together(rig.teller)
    renamed = article(3, sku="OTHER-3", ref=replace(article(3).ref, id="9"))

    kept = other.many(*[article(number) for number in range(20) if number != 3], renamed)

    assert outcomes(kept) == [KeptAs.MATCHED] * 20
    assert (other.reads, other.requests) == (2, [])
    assert (other.link("OTHER-3").item, other.link("OTHER-3").matched_by) == ("SKU-3", "barcode")


def test_an_article_that_sage_refuses_takes_no_others_with_it(rig: Together) -> None:
    rig.many(article(2))
    rig.links.stored.clear()
    rig.under(policy=replace(CREATES, match=()))

    kept = rig.many(article(1), product("", barcode=""), article(2), article(3))

    assert outcomes(kept) == [KeptAs.CREATED, KeptAs.HELD, KeptAs.MATCHED, KeptAs.CREATED]
    assert [len(one) for one in rig.requests] == [1, 3]


def test_an_item_group_that_is_not_there_holds_each_article_by_itself(rig: Together) -> None:
    rig.under(policy=replace(CREATES, gl_group="NOT THERE"))
    kept = rig.many(article(1), article(2))
    assert outcomes(kept) == [KeptAs.HELD] * 2
    assert all(isinstance(one, Kept) and reasons(one) for one in kept)
    assert rig.link("SKU-1").condition is Condition.UNMADE

    assert outcomes(rig.many(article(1), article(2))) == [KeptAs.HELD] * 2
    rig.under()
    assert outcomes(rig.many(article(1), article(2))) == [KeptAs.CREATED] * 2


def test_a_lost_request_is_settled_by_one_search_for_all_of_it(rig: Together) -> None:
    rig.fails = [OutcomeUnknownError("lost")]
    kept = rig.many(*[article(number) for number in range(30)])
    assert outcomes(kept) == [KeptAs.CREATED] * 30
    assert rig.reads == 3
    assert [len(one) for one in rig.requests] == [30]


def test_what_was_lost_and_not_made_is_made_the_next_time_unsearched(rig: Together) -> None:
    make = rig.teller.records.create_items
    lost = [OutcomeUnknownError("lost")] * 2
    rig.teller.records.create_items = lambda *_, **__: lost  # type: ignore[method-assign,assignment]
    assert outcomes(rig.many(article(1), article(2))) == [OutcomeUnknownError] * 2
    rig.teller.records.create_items = make  # type: ignore[method-assign]
    rig.reads = 0

    assert outcomes(rig.many(article(1), article(2))) == [KeptAs.CREATED] * 2
    assert rig.reads == 0


def test_nothing_more_is_sent_once_a_request_was_turned_away(rig: Together) -> None:
    rig.fails = [NotSentError("down")]
    kept = rig.many(*[article(number) for number in range(MOST_TOGETHER + 5)])
    assert outcomes(kept) == [NotSentError] * (MOST_TOGETHER + 5)
    assert len(rig.requests) == 1


def test_an_id_that_sage_holds_for_the_same_and_we_do_not_is_held(rig: Together) -> None:
    rig.many(article(1))
    rig.links.stored.clear()
    rig.under(policy=replace(CREATES, match=()))
    rig.teller.reads.items = lambda search: []  # type: ignore[method-assign]  # noqa: ARG005

    kept = rig.many(article(1), article(2))

    assert outcomes(kept) == [KeptAs.HELD, KeptAs.CREATED]


def test_of_two_articles_with_one_barcode_the_second_sells_the_first_ones_item(
    rig: Together,
) -> None:
    twin = article(2, barcode=article(1).barcode, ref=replace(article(2).ref, id="9"))
    kept = rig.many(article(1), twin, article(3))
    assert outcomes(kept) == [KeptAs.CREATED, KeptAs.MATCHED, KeptAs.CREATED]
    assert rig.link("SKU-2").item == "SKU-1"


def test_a_tenant_without_batches_makes_one_item_a_request(rig: Together) -> None:
    intacct = rig.tenant.intacct.model_copy(update={"batch": False})
    rig.tenant = rig.tenant.model_copy(update={"intacct": intacct})
    assert outcomes(rig.many(article(1), article(2))) == [KeptAs.CREATED] * 2
    assert [len(one) for one in rig.requests] == [1, 1]


def test_an_article_whose_link_somebody_changed_is_alone_in_it(rig: Together) -> None:
    rig.many(article(1), article(2))
    one, other = rig.link("SKU-1"), rig.link("SKU-2")
    rig.links.save(replace(one, by="a person"))

    kept = rig.keeper.keep_many(
        rig.tenant,
        rig.store,
        [(article(1, title="Cup"), one), (article(2, title="Cup"), other)],
    )

    assert outcomes(kept) == [StaleLinkError, KeptAs.UPDATED]


def test_what_time_is_too_short_for_is_not_begun_and_the_first_always_is(rig: Together) -> None:
    twin = article(4, barcode=article(1).barcode)
    kept = rig.many(article(1), article(2), article(3), twin, late_after=1)
    assert outcomes(kept) == [KeptAs.CREATED, KeptAs.CREATED, OutOfTimeError, OutOfTimeError]
    assert rig.links.load("acme", "shop", "SKU-3") is None


def test_a_search_that_fails_is_the_outcome_of_those_that_asked(rig: Together) -> None:
    rig.under(policy=ItemPolicy(unknown_sku=UnknownSku.CREATE))
    known = rig.many(article(1))
    assert outcomes(known) == [KeptAs.CREATED]

    def fails(search: ItemSearch) -> list[KnownItem]:
        raise NotSentError(search.by.value)

    rig.teller.reads.items = fails  # type: ignore[method-assign]
    assert outcomes(rig.many(article(1), article(2))) == [KeptAs.UNCHANGED, NotSentError]


class Crowd:
    """A company in which so many items have each barcode."""

    def __init__(self, each: int) -> None:
        self.each, self.asked = each, 0

    def items(self, search: ItemSearch) -> list[KnownItem]:
        self.asked += 1
        told = [
            KnownItem(f"{value}-{number}", f"{value}-{number}", "Mug", barcode=value)
            for value in search.values
            for number in range(self.each)
        ]
        return told[:MOST_ITEMS]

    def create_items(self, made: Sequence[Item], **_: Any) -> list[IntacctError]:
        raise AssertionError(made)


def test_a_search_that_tells_as_many_as_it_may_is_asked_again_in_halves() -> None:
    crowd = Crowd(each=200)
    found = found_items(crowd, ItemBy.BARCODE, [str(number) for number in range(4)])
    assert len(found) == 800
    assert crowd.asked == 3

    few = Crowd(each=1)
    assert len(found_items(few, ItemBy.ID, [str(number) for number in range(1200)])) == 1200
    assert few.asked == 3
