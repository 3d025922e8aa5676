"""Items made many at a time, alike in both protocols: each succeeds or is refused by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import httpx
import pytest

from commerce.money import Money
from intacct.capabilities import Protocol
from intacct.documents import DocumentResult
from intacct.errors import (
    DuplicateDocumentError,
    IntacctError,
    NotSentError,
    OutcomeUnknownError,
    RejectedError,
)
from intacct.item_search import ItemBy, ItemSearch
from intacct.masters import CostMethod, Item
from tests.contract.actions.teller import Teller


@dataclass
class Wire(httpx.BaseTransport):
    """Between client and company: counts what writes items, and may lose or turn one away."""

    inner: httpx.BaseTransport
    requests: int = 0
    loses: bool = False
    throttles: bool = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        content = request.read()
        if not (b"<create>" in content or request.url.path.endswith("/item")):
            return self.inner.handle_request(request)
        self.requests += 1
        if self.throttles:
            return httpx.Response(429, headers={"Retry-After": "1"}, request=request)
        answer = self.inner.handle_request(request)
        if self.loses:
            message = "lost"
            raise httpx.ReadError(message, request=request)
        return answer


class Rig:
    def __init__(self, protocol: Protocol) -> None:
        self.wires: list[Wire] = []
        self.teller = Teller(protocol, between=self._between)

    def _between(self, inner: httpx.BaseTransport) -> httpx.BaseTransport:
        self.wires.append(Wire(inner))
        return self.wires[-1]

    @property
    def wire(self) -> Wire:
        return self.wires[0]

    def create(self, items: Sequence[Item]) -> list[DocumentResult | IntacctError]:
        marks = [f"mark-{item.id}" for item in items]
        return self.teller.records.create_items(items, control_ids=marks, idempotency_keys=marks)

    def there(self, *ids: str) -> set[str]:
        return {known.id for known in self.teller.reads.items(ItemSearch(ItemBy.ID, ids))}


@pytest.fixture(params=list(Protocol))
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    made = Rig(request.param)
    with made.teller:
        yield made


def item(number: int) -> Item:
    return Item(f"SKU-{number}", f"Article {number}", base_price=Money(Decimal(number), "USD"))


def test_many_items_are_made_by_one_request_and_told_by_their_keys(rig: Rig) -> None:
    items = [item(number) for number in range(60)]

    made = rig.create(items)

    assert rig.wire.requests == 1
    ids = [each.id for each in made if isinstance(each, DocumentResult)]
    keys = {each.key for each in made if isinstance(each, DocumentResult)}
    assert ids == [one.id for one in items]
    known = rig.teller.reads.items(ItemSearch(ItemBy.ID, tuple(ids)))
    assert {one.key for one in known} == keys
    assert len(keys) == 60


def test_an_item_that_is_refused_takes_no_others_with_it(rig: Rig) -> None:
    rig.create([item(2)])
    impossible = Item("SKU-4", "Article", cost_method=CostMethod.FIFO)
    nameless_group = Item("SKU-5", "Article", gl_group="NOT THERE")

    made = rig.create([item(1), item(2), item(3), impossible, nameless_group, item(6)])

    assert [type(each) for each in made] == [
        DocumentResult,
        DuplicateDocumentError,
        DocumentResult,
        RejectedError,
        RejectedError,
        DocumentResult,
    ]
    assert rig.there("SKU-1", "SKU-3", "SKU-4", "SKU-5", "SKU-6") == {"SKU-1", "SKU-3", "SKU-6"}


def test_a_lost_answer_leaves_each_item_in_doubt(rig: Rig) -> None:
    rig.wire.loses = True
    made = rig.create([item(1), item(2)])
    assert [type(each) for each in made] == [OutcomeUnknownError] * 2
    assert rig.there("SKU-1", "SKU-2") == {"SKU-1", "SKU-2"}


def test_a_request_that_was_turned_away_made_nothing(rig: Rig) -> None:
    rig.wire.throttles = True
    made = rig.create([item(number) for number in range(120)])
    assert all(isinstance(each, NotSentError) for each in made)
    assert rig.wire.requests == 1
    assert rig.there("SKU-1") == set()


def test_nothing_is_asked_for_no_item_and_each_has_marks_of_its_own(rig: Rig) -> None:
    assert rig.create([]) == []
    with pytest.raises(ValueError, match="of its own"):
        rig.teller.records.create_items([item(1)], control_ids=[], idempotency_keys=[])
    assert rig.wire.requests == 0
