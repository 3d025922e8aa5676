"""A ledger partition against the postings that should be in it; the same for every subject."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from intacct.documents import ArInvoice
from shared.ledger.content import content_hash
from shared.ledger.evidence import Expected, expected_of
from shared.ledger.records import Record, State
from shared.ledger.run import mark_of
from shared.postings.book import StoreBook
from shared.postings.plan import Posting, PostingKind
from shared.reconciliation.differences import Cause, Difference
from shared.reconciliation.documents import (
    WORDS,
    BookedDocument,
    Effect,
    counts_of,
    currency_of,
    dated_on,
    effect_of,
)
from shared.reconciliation.recalling import Recalled, is_it
from shared.reconciliation.rows import Row
from shared.undo.in_books import named

_CLOSES = "close:"
_STATES = {
    None: (Cause.NOT_POSTED, "nothing of it was sent yet"),
    State.READY: (Cause.NOT_POSTED, "it waits to be tried again"),
    State.SENT: (Cause.IN_DOUBT, "it was sent, and whether it arrived is looked up"),
    State.REFUSED: (Cause.REFUSED, "Sage refused it"),
    State.REVIEW: (Cause.REFUSED, "a person must decide"),
    State.CANCELLED: (Cause.NOT_POSTED, "it was cancelled before anything was sent"),
}


@dataclass(frozen=True, slots=True)
class Chain:
    """The postings of one subject: those known to the ledger, and those that should be there.

    `past` recalls what is wanted and what was sent, `missing` are the keys that are wanted and not
    in the books; `known` is the row that was made before.
    """

    book: StoreBook
    records: Mapping[str, Record]
    past: Recalled
    missing: Collection[str]
    known: Row | None = None

    def before(self, key: str) -> BookedDocument | None:
        """The document as the row that was made before has it."""
        documents = self.known.documents if self.known else ()
        return next((one for one in documents if one.key == key), None)


@dataclass(slots=True)
class Found:
    """What comes of comparing a chain."""

    documents: tuple[BookedDocument, ...] = ()
    differences: list[Difference] = field(default_factory=list)


def documents_of(chain: Chain, *, subject: str, is_judged: bool) -> Found:
    """The documents of a chain, and where what was posted is not what is wanted.

    Args:
        chain: what is wanted and what the ledger knows.
        subject: what people call the order, payout or day.
        is_judged: whether what is not wanted is known to be wrong; not while findings stand
            against the facts.
    """
    found = Found()
    documents = []
    taken_back = undone(chain.records)
    closed = _closed({*chain.records, *chain.past.postings})
    for key in sorted({*chain.missing, *chain.records}):
        kind, record = kind_of(key), chain.records.get(key)
        posting = chain.past.postings.get(key)
        is_posted = record is not None and record.state is State.DONE
        if kind not in WORDS or not (is_posted or key in chain.missing):
            continue
        if posting is None:
            assert record is not None, "what is missing is planned"  # noqa: S101
            document = _unwanted(chain, record, kind)
        else:
            document = _told(chain, posting, record, taken_back)
        is_over = key in {*taken_back, *closed} or _stays(key, chain.book)
        is_explained = is_over or key in chain.past.wanted or _undoes(key)
        document = replace(document, is_wanted=is_explained, is_undone=key in taken_back)
        documents.append(document)
        if is_posted and is_judged and not is_explained:
            found.differences.append(_unexplained(document, chain.book.store, subject))
        elif is_posted and is_judged and posting is not None and key not in taken_back:
            found.differences += _edited(chain.book, subject, posting, document)
    found.documents = tuple(documents)
    return found


def chain_of(
    book: StoreBook, records: Mapping[str, Record], wanted: Sequence[Posting], known: Row | None
) -> Chain:
    """The chain of a subject whose postings are all planned anew each time."""
    postings = {posting.key: posting for posting in wanted}
    done = {key for key, record in records.items() if record.state is State.DONE}
    return Chain(book, records, Recalled(postings, set(postings)), postings.keys() - done, known)


def missing_differences(
    missing: Iterable[BookedDocument], store: str, subject: str
) -> Iterator[Difference]:
    """A difference for each document that is not in the books, with why."""
    for document in missing:
        cause, text = _STATES[document.state]
        yield Difference(
            store=store,
            subject=subject,
            cause=cause,
            what=document.what,
            text=text,
            since=document.on,
            amount=-document.amount,
            currency=document.currency,
        )


def kind_of(key: str) -> PostingKind | None:
    """The kind in a posting key; None for one that this version does not know."""
    try:
        return PostingKind(key.split("/", 3)[2])
    except (IndexError, ValueError):
        return None


def undone(records: Mapping[str, Record], *, or_in_doubt: bool = False) -> frozenset[str]:
    """The keys of documents that we took back ourselves: what undoes one names it.

    Args:
        records: a ledger partition.
        or_in_doubt: count what was sent, too, though nobody knows yet whether it arrived.
    """
    states = {State.DONE, State.SENT} if or_in_doubt else {State.DONE}
    undoing = {
        (name.store, name.purpose)
        for key, record in records.items()
        if record.state in states and (name := named(key)) is not None and name.undoes
    }
    return frozenset(
        key
        for key in records
        if (name := named(key)) is not None
        and any(
            store == name.store and purpose.endswith(f"{name.kind.value}:{name.purpose}")
            for store, purpose in undoing
        )
    )


def _closed(keys: Collection[str]) -> frozenset[str]:
    """The keys of sales orders that another one replaced after an edit: each is closed by name."""
    named_ = [(key, name) for key in keys if (name := named(key)) is not None]
    closing = {
        (name.store, name.purpose.removeprefix(_CLOSES))
        for _, name in named_
        if name.kind is PostingKind.VOID and name.purpose.startswith(_CLOSES)
    }
    return frozenset(
        key
        for key, name in named_
        if name.kind is PostingKind.SALES_ORDER and (name.store, name.purpose) in closing
    )


def _stays(key: str, book: StoreBook) -> bool:
    """Whether it is a sales order of an earlier life: one that was billed stays when it is undone.

    It moves no account (`shared.undo.planner`).
    """
    name = named(key)
    is_order = name is not None and name.kind is PostingKind.SALES_ORDER
    return is_order and name is not None and name.store != book.keyed_store


def _undoes(key: str) -> bool:
    name = named(key)
    return name is not None and name.undoes


def _told(
    chain: Chain, posting: Posting, record: Record | None, undone: Collection[str]
) -> BookedDocument:
    """The document as it is planned, or where it is in the books, as it was sent."""
    before = chain.before(posting.key)
    document = _planned(chain.book, posting)
    if record is None:
        return document
    if record.state is not State.DONE or record.result is None:
        return replace(document, state=record.state)
    sent = booked(document, record, before)
    if record.dated_on is None and (
        record.content_hash != document.content or posting.key in undone
    ):
        sent = replace(sent, is_dated=False)
    if is_it(posting, record) or not (record.effect or posting.effect):
        return _as_taxed(sent, before)
    kept = _kept_effect(record, before)
    return replace(sent, effect=kept if kept is not None else _with_total(document, sent))


def _planned(book: StoreBook, posting: Posting) -> BookedDocument:
    expected = expected_of(posting.document)
    currency = currency_of(posting.document) or _currency_of_lines(posting) or book.base_currency
    return BookedDocument(
        key=posting.key,
        kind=posting.kind,
        reference=mark_of(posting.document),
        on=posting.posted_on or dated_on(posting.document) or posting.true_on or date.min,
        currency=currency,
        customer=expected.customer,
        totals=tuple(total.amount for total in expected.totals),
        effect=effect_of(posting.effect),
        content=content_hash(posting.document),
        is_receivable=isinstance(posting.document, ArInvoice),
        counts=counts_of(posting.document),
    )


def _currency_of_lines(posting: Posting) -> str:
    return posting.effect[0].amount.currency if posting.effect else ""


def booked(
    planned: BookedDocument, record: Record, before: BookedDocument | None
) -> BookedDocument:
    """The document as it was sent, with what was proved of it before."""
    assert record.result is not None, "what is done has a result"  # noqa: S101
    expected = Expected.read(record.expected) if record.expected else None
    was_same = before is not None and before.sage_key == record.result.key
    is_receivable = _is_receivable(expected) if expected else planned.is_receivable
    totals = tuple(t.amount for t in expected.totals) if expected else planned.totals
    taxed = Decimal(0) if is_receivable else _taxed(record, planned.kind, totals)
    return replace(
        planned,
        state=record.state,
        reference=record.document_number,
        sage_key=record.result.key,
        invoice_key=record.result.invoice_key,
        content=record.content_hash,
        counts=planned.counts if record.content_hash == planned.content else None,
        customer=expected.customer if expected else planned.customer,
        is_receivable=is_receivable,
        totals=(totals[0] + taxed,) if taxed else totals,
        taxed=taxed,
        on=record.dated_on or (before.on if before is not None and was_same else planned.on),
        base_effect=before.base_effect if before is not None and was_same else None,
        proved_at=before.proved_at if before is not None and was_same else None,
        troubles=before.troubles if before is not None and was_same else (),
    )


def _taxed(record: Record, kind: PostingKind, totals: Sequence[Decimal]) -> Decimal:
    """What Sage's answer to an invoice had more than what was sent: its tax engine's (R-9.5)."""
    stated = record.result.total if record.result else None
    if kind is not PostingKind.INVOICE or stated is None or not totals:
        return Decimal(0)
    return stated.amount - totals[0]


def _is_receivable(expected: Expected) -> bool:
    """Whether what was sent was an invoice in receivables: its class is the first of its shape."""
    return expected.shape[0] == ArInvoice.__name__


def _as_taxed(sent: BookedDocument, before: BookedDocument | None) -> BookedDocument:
    """With the effect that the ledger was read to have, where Sage taxed it otherwise."""
    if not sent.taxed or before is None or before.sage_key != sent.sage_key:
        return sent
    return replace(sent, effect=before.effect) if before.taxed == sent.taxed else sent


def _kept_effect(record: Record, before: BookedDocument | None) -> Effect | None:
    """The effect of what was posted under another mapping, as it was known before."""
    if before is not None and before.content == record.content_hash:
        return before.effect
    return None


def _with_total(planned: BookedDocument, booked: BookedDocument) -> Effect | None:
    """The effect of a document of one amount on two accounts, for the amount that was posted."""
    amounts = {abs(amount) for _, amount in planned.effect or ()}
    is_simple = len(planned.effect or ()) == 2 and amounts == {abs(_total(planned))}  # noqa: PLR2004
    if not is_simple or not booked.totals:
        return None
    return tuple(
        (account, _total(booked).copy_sign(amount)) for account, amount in planned.effect or ()
    )


def _edited(
    book: StoreBook, subject: str, posting: Posting, booked: BookedDocument
) -> Iterator[Difference]:
    """Where the facts want another amount than was posted; another mapping is no difference.

    A sales order moves no account, and of an invoice the planner itself says what differs.
    """
    if posting.kind in (PostingKind.SALES_ORDER, PostingKind.INVOICE):
        return
    planned = _planned(book, posting)
    difference = Decimal(0)
    if planned.totals or booked.totals:
        difference = _total(booked) - _total(planned)
    elif booked.effect is not None:
        difference = booked.amount - planned.amount
    if difference:
        yield Difference(
            store=book.store,
            subject=subject,
            cause=Cause.CART_DIFFERS,
            what=booked.what,
            text="the cart now gives another amount than was posted",
            since=planned.on,
            amount=difference,
            currency=planned.currency,
        )


def _total(document: BookedDocument) -> Decimal:
    return document.totals[0] if document.totals else Decimal(0)


def _unwanted(chain: Chain, record: Record, kind: PostingKind | None) -> BookedDocument:
    """A document of the ledger that no fact asks for (any more)."""
    assert kind is not None, "only kinds of documents come here"  # noqa: S101
    before = chain.before(record.key)
    stated = Expected.read(record.expected) if record.expected else Expected()
    currency = stated.totals[0].currency if stated.totals else chain.book.base_currency
    bare = BookedDocument(
        key=record.key,
        kind=kind,
        reference=record.document_number,
        on=before.on if before else _sent_on(chain.book, record),
        currency=before.currency if before else currency,
        effect=_kept_effect(record, before),
        is_dated=record.dated_on is not None,
    )
    return booked(bare, record, before)


def _sent_on(book: StoreBook, record: Record) -> date:
    if record.sent_at is not None:
        return book.ledger_on(record.sent_at)
    return date.min


def _unexplained(document: BookedDocument, store: str, subject: str) -> Difference:
    return Difference(
        store=store,
        subject=subject,
        cause=Cause.NOT_IN_CART,
        what=document.what,
        text="it is in the books, and nothing in the cart explains it any more",
        since=document.on,
        amount=document.amount,
        currency=document.currency,
    )
