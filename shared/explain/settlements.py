"""The payments of a thrifty channel's payout: which orders' invoices each of their lines pays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from commerce.money import Money
from intacct.documents import (
    Application,
    CustomerRefund,
    JournalLine,
    KeyOf,
    Payment,
    RefundDetail,
)
from shared.explain.lines import ExplainedEntry, Part, explained, rules_of
from shared.ledger.content import content_hash
from shared.ledger.records import Record, State
from shared.ledger.run import mark_of
from shared.payouts.planner import told_on
from shared.payouts.records import PayoutRecord
from shared.payouts.settling import OrderMoney, order_ids, settle
from shared.postings.book import StoreBook
from shared.postings.plan import Posting
from shared.undo.dates import ledger_day
from shared.undo.in_books import named

MoneyOf = Callable[[str, str, str], OrderMoney | None]
"""What an order (tenant, store, order id) says of its money; None where it is not known."""


def nothing_known(_tenant: str, _store: str, _order_id: str) -> OrderMoney | None:
    """No order is known: for channels whose orders book their own money."""
    return None


@dataclass(frozen=True, slots=True)
class Settlement:
    """The payments of a payout, and the order of each invoice and credit that they settle."""

    postings: tuple[Posting, ...] = ()
    orders: tuple[tuple[str, str], ...] = ()


def settlement_of(record: PayoutRecord, book: StoreBook, money_of: MoneyOf) -> Settlement:
    """The payments that the payout should have in the books; none of a channel in full."""
    if not book.is_thrifty:
        return Settlement()
    store = record.payout.ref.store
    money = {name: money_of(record.tenant, store, name) for name in order_ids(record)}
    on = told_on(record.payout.initiated_at, book)
    settles = [
        (key, order_id)
        for order_id, told in money.items()
        for offer in (told.paid_out if told else ())
        for key, _ in offer.settles
    ]
    return Settlement(settle(record, book, money, on).postings, tuple(settles))


def explain_settlement(
    settlement: Settlement, chain: Mapping[str, Record], subject: str, book: StoreBook
) -> list[ExplainedEntry]:
    """Payments and refunds, their lines told by the invoices and credits that they settle.

    Args:
        settlement: of the payout.
        chain: the payout's ledger partition.
        subject: what they are about, in words.
        book: the books of its store.
    """
    return [
        _entry(settlement, posting, chain.get(posting.key), subject, book)
        for posting in settlement.postings
    ]


def _entry(
    settlement: Settlement, posting: Posting, known: Record | None, subject: str, book: StoreBook
) -> ExplainedEntry:
    name = named(posting.key)
    parts = list(_settled(posting, dict(settlement.orders)))
    return ExplainedEntry(
        key=posting.key,
        kind=name.kind.value if name else "",
        subject=subject,
        store=book.store,
        posted_on=ledger_day(posting.document),
        mapping_version=book.mapping.version,
        lines=tuple(
            explained(number, line, _parts(line, posting, parts, book))
            for number, line in enumerate(posting.effect, start=1)
        ),
        reference=mark_of(posting.document),
        sage_key=known.result.key if known and known.result else "",
        state=known.state.value if known else "",
        problems=tuple(_problems(posting, known)),
    )


def _settled(posting: Posting, orders: Mapping[str, str]) -> Iterator[tuple[str, str, Money]]:
    """Each invoice or credit that new money settles: its purpose, its order, the amount."""
    document = posting.document
    told: tuple[Application | RefundDetail, ...] = ()
    if isinstance(document, Payment):
        told = tuple(one for one in document.applications if one.credit_kind is None)
    elif isinstance(document, CustomerRefund):
        told = document.details
    for one in told:
        reference = one.invoice if isinstance(one, Application) else one.credit
        key = reference.posting_key if isinstance(reference, KeyOf) else reference
        name = named(key)
        yield (name.purpose if name else key, orders.get(key, ""), one.amount)


def _parts(
    line: JournalLine, posting: Posting, settled: list[tuple[str, str, Money]], book: StoreBook
) -> Iterator[Part]:
    """The same amounts make both lines: what clears, and what is no longer owed."""
    rules = rules_of(line, posting.why) or tuple(
        f"accounts.{role.value}"
        for role, number in book.mapping.accounts.items()
        if number == line.account
    )
    for what, order_id, amount in settled:
        yield Part(what, amount, order_id, rules, book.mapping.version)


def _problems(posting: Posting, known: Record | None) -> Iterator[str]:
    if known is None:
        yield "the ledger does not know this payment: it was never sent"
    elif known.content_hash != content_hash(posting.document):
        yield "the payment that was sent has another content than its orders give now"
    elif known.state is not State.DONE:
        yield f"it is not in the books: {known.state.value}"
