"""An order's documents beside a simulated company, over both protocols."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest

from intacct.capabilities import Protocol
from intacct.documents import Document, DocumentResult, SalesDocument
from shared.against.comparing import Compared, Standing, compare
from shared.ledger.records import State
from shared.ports import Found
from shared.postings.plan import Posting
from shared.postings.planner import plan
from tests.accounting.lives import LIVES, OrderLife
from tests.unit.undo.rig import PK, UndoRig, told

LIFE = "order_a_one_tee_restocked"
INVOICE = "acme/100/INVOICE/shop:invoice:parcel-1"
ADVANCE = "acme/100/ADVANCE/shop:receipt:capture-1"
REFUND = "acme/100/REFUND_PAY/shop:refund:refund-money"


@pytest.fixture(params=Protocol)
def lived(request: pytest.FixtureRequest) -> Iterator[tuple[UndoRig, OrderLife]]:
    rig, life = told(request.param), LIVES[LIFE]()
    with rig.teller:
        rig.live(life)
        yield rig, life


def looked(rig: UndoRig, *planned: Posting) -> dict[str, Compared]:
    found = compare(rig.ledger.chain(PK), planned, rig.teller.books.find)
    return {one.key: one for one in found}


def change(rig: UndoRig, key: str, **changes: object) -> None:
    record = rig.ledger.records[PK, key]
    rig.ledger.records[PK, key] = replace(record, **changes)  # type: ignore[arg-type]  # any field


def test_what_was_posted_stands_as_it_was_sent(lived: tuple[UndoRig, OrderLife]) -> None:
    rig, _ = lived

    found = looked(rig)

    assert {one.standing for one in found.values()} == {Standing.AS_SENT}
    assert all(one.is_right and one.sage_key and not one.differences for one in found.values())
    assert found[INVOICE].total == "69.95 USD"


def test_an_order_that_was_undone_stands_as_its_undo_left_it(
    lived: tuple[UndoRig, OrderLife],
) -> None:
    rig, life = lived
    rig.ask()
    rig.undo(life.book)

    found = looked(rig)

    assert Counter(one.is_right for one in found.values()) == {True: len(found)}
    assert found[ADVANCE].sage_state == "reversed"


def test_what_a_person_reversed_in_sage_is_taken_back_there(
    lived: tuple[UndoRig, OrderLife],
) -> None:
    rig, _ = lived
    key = rig.ledger.chain(PK)[REFUND].result
    assert key is not None
    rig.teller.company.books.act("customer_refund", int(key.key), "reverse", {}, entity="100")

    found = looked(rig)

    assert found[REFUND].standing is Standing.TAKEN_BACK
    assert not found[REFUND].is_right
    assert sum(not one.is_right for one in found.values()) == 1


def test_another_total_customer_or_document_is_named(lived: tuple[UndoRig, OrderLife]) -> None:
    rig, _ = lived
    expected = rig.ledger.chain(PK)[INVOICE].expected
    change(rig, INVOICE, expected=expected.replace("69.95", "70.95").replace("C-ADA", "C-BOB"))
    change(rig, ADVANCE, result=DocumentResult("999999"))

    found = looked(rig)

    assert found[INVOICE].standing is Standing.DIFFERENT
    assert found[INVOICE].differences == (
        "it is another customer's",
        "its total is 69.95 USD, sent was 70.95 USD",
    )
    assert found[ADVANCE].standing is Standing.DIFFERENT
    assert found[ADVANCE].differences[0].startswith("another document carries the number")


def test_what_is_not_there_is_missing_or_as_expected(lived: tuple[UndoRig, OrderLife]) -> None:
    rig, life = lived
    nowhere = "9-INV-AAAAAAAA"
    change(rig, INVOICE, document_number=nowhere)
    change(rig, ADVANCE, state=State.REFUSED, document_number="9-ADV-AAAAAAAA")
    change(rig, REFUND, expected="")
    (planned, *_) = plan(life.stages[-1], {}, life.book).postings
    assert isinstance(planned.document, SalesDocument)
    unknown = replace(planned.document, reference="9-SO")
    fresh = replace(planned, key="acme/100/SO_CREATE/shop:order:new", document=unknown)

    found = looked(rig, fresh)

    assert found[INVOICE].standing is Standing.MISSING
    assert found[ADVANCE].standing is Standing.ABSENT
    assert found[REFUND].standing is Standing.CANNOT_LOOK
    assert found[fresh.key].standing is Standing.ABSENT


def test_what_sage_has_and_the_ledger_does_not_know_is_told(
    lived: tuple[UndoRig, OrderLife],
) -> None:
    rig, life = lived
    change(rig, INVOICE, state=State.SENT)
    (planned, *_) = plan(life.stages[-1], {}, life.book).postings
    fresh = replace(planned, key="acme/100/SO_CREATE/shop:order:new")

    found = looked(rig, fresh)

    assert found[INVOICE].standing is Standing.UNKNOWN_TO_US
    assert found[fresh.key].standing is Standing.UNKNOWN_TO_US


def test_two_documents_of_one_number_are_told(lived: tuple[UndoRig, OrderLife]) -> None:
    rig, _ = lived

    def find(document: Document) -> list[Found]:
        found = list(rig.teller.books.find(document))
        return [*found, *(replace(one, result=DocumentResult("other")) for one in found)]

    several = {one.key: one for one in compare(rig.ledger.chain(PK), (), find)}

    assert several[INVOICE].standing is Standing.SEVERAL
