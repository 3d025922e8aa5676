"""Our documents are looked for while their month, or the one after, lasts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from intacct.reading import Kept
from shared.changes.documents import BELIEVED, KnownDocuments
from shared.changes.ports import Known
from shared.ledger.records import State
from shared.postings.plan import PostingKind
from shared.reconciliation.documents import BookedDocument
from shared.reconciliation.rows import Row
from tests.fakes import FakeClock
from tests.unit.changes.rig import tenant

TODAY = date(2026, 3, 2)
INVOICE = BookedDocument(
    key="acme/100/INVOICE/shop:order:1",
    kind=PostingKind.INVOICE,
    reference="1-INV",
    on=TODAY,
    currency="USD",
    state=State.DONE,
    sage_key="17",
)


class Rows:
    def __init__(self, *documents: BookedDocument) -> None:
        self.documents, self.reads = documents, 0

    def __call__(self, _: str, store: str) -> Iterator[Row]:
        self.reads += 1
        if store == "shop":
            yield Row(store, "order#1", 1, "USD", self.documents)


def known(*documents: BookedDocument, entity: str = "100") -> dict[str, list[Known]]:
    names = KnownDocuments(Rows(*documents), FakeClock())
    found = {kind.value: list(names.known(tenant(), entity, kind)) for kind in Kept}
    return {kind: told for kind, told in found.items() if told}


def test_what_is_in_the_books_is_known_by_its_kind_there() -> None:
    receivable = replace(INVOICE, sage_key="18", is_receivable=True)
    memo = replace(INVOICE, kind=PostingKind.CREDIT_MEMO, sage_key="19", reference="1-CRD")

    assert known(INVOICE, receivable, memo) == {
        "sales_document": [Known("17", "1-INV", "1-INV")],
        "ar_invoice": [Known("18", "1-INV", "1-INV")],
        "adjustment": [Known("19", "1-CRD", "1-CRD")],
    }


def test_what_sage_need_not_show_is_not_looked_for() -> None:
    assert not known(replace(INVOICE, state=State.SENT))
    assert not known(replace(INVOICE, is_undone=True))
    assert not known(replace(INVOICE, sage_key=""))
    assert not known(replace(INVOICE, kind=PostingKind.VOID))
    assert not known(replace(INVOICE, kind=PostingKind.CUSTOMER_REFUND))
    assert not known(INVOICE, entity="200")
    assert not known(INVOICE, entity="")


def test_months_that_are_long_closed_are_left_alone() -> None:
    assert known(replace(INVOICE, on=date(2026, 2, 1)))
    assert not known(replace(INVOICE, on=date(2026, 1, 31)))


def test_the_proof_book_is_read_once_for_all_kinds_and_anew_after_a_while() -> None:
    rows, clock = Rows(INVOICE), FakeClock()
    names = KnownDocuments(rows, clock)
    for kind in Kept:
        names.known(tenant(), "100", kind)
    assert rows.reads == 2

    clock.pass_time(BELIEVED.total_seconds())
    names.known(tenant(), "100", Kept.PAYMENT)

    assert rows.reads == 4
