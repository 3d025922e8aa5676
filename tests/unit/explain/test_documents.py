"""Documents of orders: which event and which rules made each ledger line, and what proves it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from intacct.documents import DocumentResult
from shared.explain.documents import ExplainedOrders
from shared.explain.lines import ExplainedEntry
from shared.facts.record import FactsRecord
from shared.ledger.records import Record, State
from shared.postings.book import StoreBook
from shared.postings.periods import under_date
from shared.undo.memory import recall
from shared.undo.planner import plan_undo
from tests.accounting.journals import play
from tests.accounting.lives import LIVES, PAID, SHIPPED, OrderLife, order_a_placed
from tests.accounting.shop import book, facts, mapping
from tests.unit.explain.telling import PK, MemoryDocuments, archived, record_of


def explained(
    record: FactsRecord, chain: dict[str, Record], documents: MemoryDocuments, under: StoreBook
) -> list[ExplainedEntry]:
    return list(ExplainedOrders(lambda *_: under, documents).documents(record, chain))


def chain_of(life: OrderLife) -> dict[str, Record]:
    played = play(life)
    return {
        posting.key: record_of(PK, posting, played.posted[posting.key], place=place)
        for place, posting in enumerate(played.postings.values())
    }


@pytest.mark.parametrize("name", LIVES)
def test_every_document_of_every_life_is_explained_to_the_cent(name: str) -> None:
    life, documents = LIVES[name](), MemoryDocuments()
    record, chain = archived(life, documents), chain_of(life)

    entries = explained(record, chain, documents, life.book)

    assert {entry.key for entry in entries} == set(chain)
    assert [entry.all_problems for entry in entries if not entry.is_proved] == []


SIMPLE = OrderLife(book(), (facts(order_a_placed(), PAID, SHIPPED),))


def invoice(entries: list[ExplainedEntry]) -> ExplainedEntry:
    return next(entry for entry in entries if entry.kind == "INVOICE")


def test_a_line_names_its_event_its_rules_and_their_version() -> None:
    documents = MemoryDocuments()
    entries = explained(archived(SIMPLE, documents), chain_of(SIMPLE), documents, book())

    line = next(line for line in invoice(entries).lines if line.account == "4000")
    (part,) = line.parts

    assert (part.what, part.order_id) == ("invoice:parcel-1", "order-1")
    assert part.amount == line.amount
    assert "account 4000 by accounts.product_revenue" in part.rules
    assert part.mapping_version == "test-1"


def test_under_another_mapping_than_it_was_posted_under_nothing_is_called_proved() -> None:
    documents = MemoryDocuments()
    other = book(chart=mapping(location="200"))

    entries = explained(archived(SIMPLE, documents), chain_of(SIMPLE), documents, other)

    assert not invoice(entries).is_proved
    assert "gives the content that was sent" in invoice(entries).all_problems[0]


def test_a_document_that_a_closed_period_moved_is_explained_under_its_date() -> None:
    documents, chain = MemoryDocuments(), chain_of(SIMPLE)
    posting = play(SIMPLE).postings["INVOICE invoice:parcel-1"]
    moved = under_date(posting, date(2026, 4, 1))
    sent = record_of(PK, moved, chain[posting.key].result or DocumentResult("1"), place=2)
    chain[posting.key] = replace(sent, dated_on=date(2026, 4, 1))

    entry = invoice(explained(archived(SIMPLE, documents), chain, documents, book()))

    assert moved.document != posting.document
    assert entry.is_proved, entry.all_problems
    assert entry.posted_on == date(2026, 4, 1)


def test_a_document_that_another_amount_was_sent_for_is_not_explained_away() -> None:
    documents, chain = MemoryDocuments(), chain_of(SIMPLE)
    key = next(key for key in chain if "/INVOICE/" in key)
    chain[key] = replace(chain[key], effect="another")

    assert not invoice(explained(archived(SIMPLE, documents), chain, documents, book())).is_proved


def test_an_edited_order_explains_its_first_documents_from_the_archive() -> None:
    placed = facts(order_a_placed(), PAID)
    dearer = replace(order_a_placed(), number="#9999")
    life = OrderLife(book(), (placed,))
    documents, chain = MemoryDocuments(), chain_of(life)
    record = archived(life, documents)
    edited = replace(record, known=replace(placed, order=dearer))
    later = replace(edited, sources=(*record.sources, documents.keep("2", edited.known)))

    from_archive = explained(later, chain, documents, book())
    documents.bodies.clear()
    without = explained(later, chain, documents, book())

    assert all(entry.is_proved for entry in from_archive)
    assert not all(entry.is_proved for entry in without)


@pytest.mark.parametrize(
    ("state", "is_proved"), [(State.REFUSED, True), (State.SENT, False), (State.REVIEW, False)]
)
def test_what_is_not_in_the_books_has_no_lines_and_a_doubt_is_a_problem(
    state: State, *, is_proved: bool
) -> None:
    documents, chain = MemoryDocuments(), chain_of(SIMPLE)
    key = next(key for key in chain if "/INVOICE/" in key)
    chain[key] = replace(chain[key], state=state, result=None)

    entry = invoice(explained(archived(SIMPLE, documents), chain, documents, book()))

    assert (entry.lines, entry.state, entry.is_proved) == ((), state.value, is_proved)


@pytest.mark.parametrize(
    "name", ["order_a", "order_a_overpaid", "order_a_split_tender", "order_a_one_tee_restocked"]
)
def test_what_undid_an_order_is_explained_with_what_it_undid(name: str) -> None:
    life, documents = LIVES[name](), MemoryDocuments()
    record, chain = archived(life, documents), chain_of(life)
    undone = plan_undo(chain, recall(record, chain, life.book, entered={}), life.book)
    assert not undone.findings, undone.findings
    for place, posting in enumerate(undone.postings, start=100):
        result = DocumentResult(f"U{place}")
        chain[posting.key] = record_of(PK, posting, result, place=place)

    entries = explained(record, chain, documents, life.book)

    assert len(entries) == len(chain)
    assert [entry.all_problems for entry in entries if not entry.is_proved] == []


def test_what_nobody_knows_of_is_told_as_a_problem() -> None:
    documents, chain = MemoryDocuments(), chain_of(SIMPLE)
    stranger = replace(next(iter(chain.values())), key="acme/100/JOURNAL/shop:by hand")
    chain[stranger.key] = replace(stranger, result=DocumentResult("9"))

    entries = explained(archived(SIMPLE, documents), chain, documents, book())

    (unknown,) = [entry for entry in entries if not entry.is_proved]
    assert unknown.key == stranger.key
    assert unknown.lines == ()
