"""Movements of stock go through the books like any document: made once, found by our mark."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from intacct.capabilities import Protocol
from intacct.errors import RejectedError
from intacct.stock import StockDocument, StockLine, TransferLine, WarehouseTransfer
from tests.contract.actions.documents import AT, DAY
from tests.contract.actions.teller import Teller

COUNT = StockDocument(
    "Inventory Adjustment Increase",
    "W1-STK-1",
    DAY,
    (StockLine("TEE-STOCK", "W1", Decimal(5), "Each", dimensions=AT),),
    memo="count of the store",
)
MOVE = WarehouseTransfer(
    "W1-STK-2", DAY, (TransferLine("TEE-STOCK", Decimal(2), "Each", "W1", "W2"),), "moved"
)


@pytest.fixture(params=list(Protocol))
def teller(request: pytest.FixtureRequest) -> Teller:
    return Teller(request.param)


def on_hand(teller: Teller) -> dict[str, Decimal]:
    return {one.warehouse: one.on_hand for one in teller.reads.stock_levels(("TEE-STOCK",))}


def post(teller: Teller, document: StockDocument | WarehouseTransfer) -> str:
    mark = document.reference
    return teller.books.create(document, control_id=mark, idempotency_key=mark).key


def test_a_count_is_made_and_found_by_its_mark(teller: Teller) -> None:
    assert teller.books.find(COUNT) == []
    assert post(teller, COUNT)
    (found,) = teller.books.find(COUNT)
    assert found.reference == COUNT.reference
    assert on_hand(teller) == {"W1": 5}
    assert teller.books.find(replace(COUNT, reference="OTHER")) == []
    assert teller.books.find(replace(COUNT, definition="Inventory Adjustment Decrease")) == []


def test_a_transfer_is_made_and_found_by_its_mark(teller: Teller) -> None:
    post(teller, COUNT)
    assert post(teller, MOVE)
    (found,) = teller.books.find(MOVE)
    assert found.reference == MOVE.reference
    assert on_hand(teller) == {"W1": 3, "W2": 2}


def test_what_is_not_there_cannot_be_taken_out(teller: Teller) -> None:
    less = replace(COUNT, definition="Inventory Adjustment Decrease")
    with pytest.raises(RejectedError):
        post(teller, less)
    assert teller.books.find(less) == []


@pytest.mark.parametrize(
    "wrong",
    [
        replace(COUNT, lines=()),
        replace(COUNT, lines=(replace(COUNT.lines[0], quantity=Decimal(0)),)),
        replace(MOVE, lines=(replace(MOVE.lines[0], to_warehouse="W1"),)),
    ],
)
def test_what_sage_would_refuse_is_not_sent(
    teller: Teller, wrong: StockDocument | WarehouseTransfer
) -> None:
    with pytest.raises(RejectedError, match=r"QUANTITY|line|leaves|would"):
        post(teller, wrong)
    assert on_hand(teller) == {}
