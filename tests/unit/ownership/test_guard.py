from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from commerce.money import Money
from intacct.capabilities import Action, Protocol
from intacct.changes import (
    Change,
    CloseSalesDocument,
    DeleteJournalEntry,
    ReverseDocument,
    Reversible,
    UpdateMaster,
    UpdateSalesDocument,
)
from intacct.documents import Contact, Customer, Document, DocumentResult, JournalEntry
from intacct.masters import DimensionEntry, DimensionKind, Item
from intacct.records import Record
from intacct.statistics import StatisticalEntry
from intacct.stock import StockDocument, StockLine, TransferLine, WarehouseTransfer
from shared.ownership.guard import (
    GuardedBooks,
    GuardedRecords,
    HandBooks,
    decision_by_hand,
    decisions_on_change,
)
from shared.ownership.table import Kind, NotOursError, Ownership, Right, Rule, Side

ON = date(2026, 3, 2)
ALL = tuple(Right)
SEEN = (Right.READ,)
REST = dict.fromkeys(Action, Protocol.REST)
CONTACT = Contact(id="C-1", print_as="Ada")
CUSTOMER = Customer(id="C-1", name="Ada", contact=CONTACT)
ITEM = Item(id="TEE", name="Tee")


class Sage:
    """Keeps what was sent."""

    def __init__(self) -> None:
        self.sent: list[Any] = []

    def supports(self, _: Any) -> bool:
        return True

    def create(self, document: Any, **_: str) -> DocumentResult:
        self.sent.append(document)
        return DocumentResult(key=str(len(self.sent)))

    def create_many(self, documents: Sequence[Any], _: Sequence[str]) -> list[DocumentResult]:
        return [self.create(document) for document in documents]

    def create_items(self, made: Sequence[Item], _: Sequence[str]) -> list[DocumentResult]:
        return [self.create(item) for item in made]

    def change(self, change: Any, **_: str) -> DocumentResult:
        return self.create(change)

    def ensure_contact(self, contact: Any, **_: str) -> DocumentResult:
        return self.create(contact)


def with_rule(kind: Kind, rule: Rule) -> Ownership:
    members = {kind.value: rule}
    return replace(Ownership(), **members)


def books(ownership: Ownership, sage: Sage) -> GuardedBooks:
    build: Callable[[], Any] = lambda: sage  # noqa: E731
    return GuardedBooks(ownership, rest=build, xml=build, protocols=REST)


def records(ownership: Ownership, sage: Sage) -> GuardedRecords:
    build: Callable[[], Any] = lambda: sage  # noqa: E731
    return GuardedRecords(ownership, rest=build, xml=build, protocols=REST)


def journal(*, is_batch: bool = False) -> JournalEntry:
    return JournalEntry(
        journal="GJ", posted_on=ON, description="x", reference="r", lines=(), is_batch=is_batch
    )


def stock(warehouse: str) -> StockDocument:
    line = StockLine("TEE", warehouse, Decimal(1), "Each")
    return StockDocument("Adjustment", "r", ON, (line,))


LINKED_ONLY = with_rule(Kind.CUSTOMER, Rule(Side.SAGE, (Right.READ, Right.LINK), SEEN))


def test_a_document_that_the_table_does_not_allow_is_never_sent() -> None:
    sage = Sage()

    with pytest.raises(NotOursError, match=r"ownership\.customer\.in_sage") as raised:
        books(LINKED_ONLY, sage).create(CUSTOMER, control_id="c", idempotency_key="i")
    with pytest.raises(NotOursError):
        books(LINKED_ONLY, sage).ensure_contact(CONTACT, control_id="c")

    assert sage.sent == []
    assert raised.value.is_ours
    assert raised.value.codes == ("OWNERSHIP",)


def test_of_many_documents_only_the_refused_one_is_held_back() -> None:
    sage = Sage()
    documents: list[Document] = [journal(), CUSTOMER, journal()]

    made = books(LINKED_ONLY, sage).create_many(
        documents, control_ids=["1", "2", "3"], idempotency_keys=["1", "2", "3"]
    )

    assert [type(one) for one in made] == [DocumentResult, NotOursError, DocumentResult]
    assert sage.sent == [documents[0], documents[2]]


def test_what_is_allowed_goes_through_unchanged() -> None:
    sage = Sage()
    guarded = books(Ownership(), sage)

    guarded.create(CUSTOMER, control_id="c", idempotency_key="i")
    guarded.create_many([journal()], control_ids=["c"], idempotency_keys=["i"])
    guarded.ensure_contact(CONTACT, control_id="c")

    assert sage.sent == [CUSTOMER, journal(), CONTACT]


def test_a_day_journal_is_refused_where_sage_keeps_the_summary_and_others_are_not() -> None:
    sage = Sage()
    ownership = with_rule(Kind.GL, Rule(Side.CART, ALL, SEEN, fields={"summary": Side.SAGE}))

    books(ownership, sage).create(journal(), control_id="c", idempotency_key="i")
    with pytest.raises(NotOursError, match=r"gl\.fields\.summary"):
        books(ownership, sage).create(journal(is_batch=True), control_id="c", idempotency_key="i")

    assert sage.sent == [journal()]


TRANSFER = WarehouseTransfer("r", ON, (TransferLine("TEE", Decimal(1), "Each", "MAIN", "POPUP"),))
POPUP_OURS = with_rule(
    Kind.QUANTITY, Rule(Side.SAGE, ALL, ALL, places={"POPUP": Side.CART, "KIOSK": Side.CART})
)
NO_COUNTS = with_rule(Kind.GL, Rule(Side.CART, ALL, SEEN, fields={"statistical": Side.SAGE}))


@pytest.mark.parametrize(
    ("ownership", "record", "rule"),
    [
        (LINKED_ONLY, CONTACT, "ownership.customer.in_sage"),
        (Ownership(), ITEM, "ownership.item.in_sage"),
        (
            with_rule(Kind.ITEM, Rule(Side.CART, ALL, ALL)),
            replace(ITEM, base_price=Money.of("9.00", "USD")),
            "ownership.price.in_sage",
        ),
        (POPUP_OURS, stock("MAIN"), "ownership.quantity.master"),
        (POPUP_OURS, TRANSFER, "ownership.quantity.master"),
        (NO_COUNTS, StatisticalEntry("r", "STAT", ON, "x", ()), "ownership.gl.fields.statistical"),
    ],
)
def test_a_record_that_the_table_does_not_allow_is_never_sent(
    ownership: Ownership, record: Record, rule: str
) -> None:
    sage = Sage()

    with pytest.raises(NotOursError) as raised:
        records(ownership, sage).create(record, control_id="c", idempotency_key="i")

    assert raised.value.decision.rule == rule
    assert sage.sent == []


def test_stock_of_our_own_places_and_values_of_dimensions_are_sent() -> None:
    sage = Sage()
    department = DimensionEntry(DimensionKind.DEPARTMENT, "APP", "Apparel")

    for record in (stock("POPUP"), department):
        records(POPUP_OURS, sage).create(record, control_id="c", idempotency_key="i")

    assert sage.sent == [stock("POPUP"), department]


ORDER_READ_ONLY = with_rule(Kind.ORDER, Rule(Side.CART, SEEN, SEEN))


@pytest.mark.parametrize(
    ("ownership", "change", "field"),
    [
        (Ownership(), UpdateMaster("7", CUSTOMER, frozenset({"name", "term"})), "term"),
        (Ownership(), UpdateMaster("7", ITEM, frozenset({"upc"})), "upc"),
        (Ownership(), UpdateMaster("7", ITEM, frozenset({"base_price"})), "base_price"),
        (LINKED_ONLY, UpdateMaster("7", CONTACT, frozenset({"phone"})), "phone"),
        (ORDER_READ_ONLY, UpdateSalesDocument("Sales Order", "7"), "lines"),
        (ORDER_READ_ONLY, CloseSalesDocument("Sales Order", "7"), ""),
        (ORDER_READ_ONLY, ReverseDocument(Reversible.PAYMENT, "7", ON), ""),
        (
            with_rule(Kind.GL, Rule(Side.CART, SEEN, SEEN)),
            DeleteJournalEntry("7"),
            "",
        ),
    ],
)
def test_a_change_that_the_table_does_not_allow_is_never_sent(
    ownership: Ownership, change: Change, field: str
) -> None:
    sage = Sage()

    with pytest.raises(NotOursError) as raised:
        records(ownership, sage).change(change, control_id="c", idempotency_key="i")

    assert raised.value.decision.field == field
    assert sage.sent == []


def test_a_change_of_fields_that_are_ours_is_sent() -> None:
    sage = Sage()
    change = UpdateMaster("7", CONTACT, frozenset({"email", "phone"}))

    records(Ownership(), sage).change(change, control_id="c", idempotency_key="i")

    assert sage.sent == [change]


@pytest.mark.parametrize("master", [CUSTOMER, CONTACT, ITEM])
def test_every_field_of_a_master_has_an_owner(master: Customer | Contact | Item) -> None:
    names = frozenset(member.name for member in fields(master)) - {"id"}

    decided = list(decisions_on_change(Ownership(), UpdateMaster("7", master, names)))

    assert len(decided) == len(names)


BY_HAND = with_rule(Kind.QUANTITY, Rule(Side.SAGE, ALL, SEEN, places={"POPUP": Side.CART}))


def test_a_persons_own_movement_is_sent_where_sage_owns_the_stock_and_the_table_allows_it() -> None:
    sage = Sage()
    build: Callable[[], Any] = lambda: sage  # noqa: E731
    by_hand = HandBooks(BY_HAND, rest=build, xml=build, protocols=REST)

    by_hand.create(stock("MAIN"), control_id="c", idempotency_key="i")
    by_hand.create(CUSTOMER, control_id="c", idempotency_key="i")
    with pytest.raises(NotOursError, match=r"quantity\.places\.POPUP: the cart owns"):
        by_hand.create(stock("POPUP"), control_id="c", idempotency_key="i")
    with pytest.raises(NotOursError, match=r"quantity\.master: Sage Intacct owns"):
        books(BY_HAND, sage).create(stock("MAIN"), control_id="c", idempotency_key="i")

    assert sage.sent == [stock("MAIN"), CUSTOMER]


def test_a_transfer_by_hand_needs_both_its_warehouses() -> None:
    moved = TransferLine("TEE", Decimal(1), "Each", "MAIN", "POPUP")
    transfer = WarehouseTransfer("r", ON, (moved,))
    decision = decision_by_hand(BY_HAND, transfer)
    assert (decision.is_allowed, decision.rule) == (False, "ownership.quantity.places.POPUP")


def test_of_many_items_those_that_are_not_ours_to_make_are_refused_unsent() -> None:
    priced = replace(ITEM, id="CAP", base_price=Money(Decimal(1), "USD"))
    ownership = Ownership(item=Rule(Side.CART, ALL, SEEN), price=Rule(Side.SAGE, SEEN, SEEN))
    sage = Sage()

    made = records(ownership, sage).create_items(
        [priced, ITEM], control_ids=["a", "b"], idempotency_keys=["a", "b"]
    )

    assert [type(each) for each in made] == [NotOursError, DocumentResult]
    assert sage.sent == [ITEM]
