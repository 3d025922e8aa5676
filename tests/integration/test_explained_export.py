"""What the deployed handlers export is what `explain` takes apart and `replay` rebuilds."""

from __future__ import annotations

from datetime import date

from shared.explain.days import ExplainedDays
from shared.explain.documents import ExplainedOrders
from shared.explain.lines import ExplainedEntry
from shared.gl.days import DayKey
from shared.gl.store import DynamoDbDayBook
from shared.posting.versions import OrderBooks
from tests.integration.order_posting_rig import PostingRig, rig, sold, tenant
from tests.integration.test_gl_export import export, journals, sage_side, sell
from tests.integration.test_order_posting_with_sage import post
from tests.unit.explain.telling import MemoryDocuments

__all__ = ["rig", "sage_side"]

KEY = DayKey("acme", "outlet", "USD", date(2026, 3, 2))


def explained(rig: PostingRig) -> list[ExplainedEntry]:
    days = ExplainedDays(DynamoDbDayBook(rig.client, "orders"))
    return days.journals(KEY, rig.ledger.chain(KEY.ledger_pk))


def test_every_journal_of_a_day_and_of_its_correction_is_explained(rig: PostingRig) -> None:
    sell(rig, "7001", "100.00")
    export()
    first = explained(rig)
    sell(rig, "7002", "32.66")
    export()

    entries = explained(rig)

    assert [entry.is_proved for entry in first] == [True]
    assert [entry.all_problems for entry in entries if not entry.is_proved] == []
    assert {entry.reference for entry in entries} == {one.reference for one in journals(rig)}
    told = {part.order_id for entry in entries for line in entry.lines for part in line.parts}
    assert told == {"7001", "7002"}


def test_every_document_that_the_posting_function_sent_is_explained(rig: PostingRig) -> None:
    rig.keep(sold("1001", amount="130.65"))
    post("1001")
    record, chain = rig.kept("1001"), rig.chain("1001")
    books = OrderBooks(lambda *_: tenant(), DynamoDbDayBook(rig.client, "orders"))
    book = books.choose(tenant(), record, chain).book
    assert book is not None

    entries = list(ExplainedOrders(lambda *_: book, MemoryDocuments()).documents(record, chain))

    assert len(entries) == len(chain) == 4
    assert [entry.all_problems for entry in entries if not entry.is_proved] == []
    revenue = [
        part
        for entry in entries
        for line in entry.lines
        if line.account == "4000"
        for part in line.parts
    ]
    assert [(part.what, part.amount.plain()) for part in revenue] == [("invoice:F1001", "130.65")]
