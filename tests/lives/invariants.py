"""The ten invariants of the accounting reference, §17, each judged from the cart's facts alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from commerce.money import total
from commerce.orders import LineKind, PaymentState, Refund, Restock
from intacct.documents import JournalEntry, JournalLine, SalesDocument
from shared.ledger.content import content_hash
from shared.policy.choices import Cogs, GoodwillTax, Moment, TaxPoint, UntoldReturns
from shared.postings.effects import imbalance
from shared.postings.plan import PostingKind
from shared.postings.planner import plan
from tests.accounting.shop import USD
from tests.lives.books import BUYER, TAXES, Books, Sums, at_once, by_days, of_kind, received, summed
from tests.lives.carts import Life, last_of, paid_as_it_leaves
from tests.lives.closings import no_entry_is_dated_in_a_closed_or_future_period
from tests.lives.hearing import any_way_of_hearing_ends_the_same

ZERO = Decimal(0)
_SALES = ("4000", "4010", "4030", "4090", "4095")


def every_entry_balances(_: Life, books: Books) -> None:
    """1: each posting's lines balance, and its document says the same as its lines.

    Sage takes no journal without lines.
    """
    for posting in books.done:
        assert not imbalance(posting.effect, USD), posting.key
        document = posting.document
        if isinstance(document, JournalEntry):
            assert document.lines == posting.effect, posting.key
            assert document.lines, posting.key
        if isinstance(document, SalesDocument) and posting.kind is PostingKind.INVOICE:
            billed = sum((x.unit_price.amount * x.quantity for x in document.lines), ZERO)
            owed = [x for x in posting.effect if x.account == "1200"]
            assert billed == sum((x.amount.amount for x in owed), ZERO), posting.key


def what_was_billed_is_explained(life: Life, books: Books) -> None:
    """2: invoiced less credited is earned, deferred, owed to others or sold as cards.

    And what buyers owe is invoiced less credited less paid and refunded.
    """
    ended = books.balances
    billed = sum((_worth(document) for document in of_kind(books.done, "Sales Invoice")), ZERO)
    credited = _credited(books)
    explained = -sum((ended.get(account, ZERO) for account in (*_SALES, *TAXES)), ZERO)
    explained -= sum((ended.get(account, ZERO) for account in ("2300", "2350", "2120")), ZERO)
    is_early = books.last.waiting or books.balances.get("2050")
    if is_early and life.policy.get("tax_point") is TaxPoint.CAPTURE:
        return  # taxes of receipts are owed before anything was invoiced
    assert billed - credited == explained + _cards(life).paid, "invoiced less credited"
    owed = sum((ended.get(account, ZERO) for account in BUYER), ZERO)
    paid = total((payment.amount for payment in life.payments), USD).amount
    paid += total((card.amount for card in life.order.gift_cards_applied), USD).amount
    back = total((refund.paid for refund in _booked(life, books)), USD).amount
    assert owed == billed - credited - paid + back, "receivable"


def clearing_is_captures_less_refunds(life: Life, books: Books) -> None:
    """3: each gateway's account holds what it took less what it gave back."""
    assert books.balances.get("1100", ZERO) == _moved(life, books, "shopify_payments")


def liabilities_are_what_cards_are_worth(life: Life, books: Books) -> None:
    """4: cards sold less redeemed plus refunded to cards; store credit likewise."""
    ended = books.balances
    cards = _cards(life)
    used = total((card.amount for card in life.order.gift_cards_applied), USD).amount
    assert -ended.get("2200", ZERO) == cards.face - used - _moved(life, books, "gift_card")
    assert ended.get("2201", ZERO) == cards.face - cards.paid
    assert ended.get("2210", ZERO) == _moved(life, books, "shopify_store_credit")


def days_and_documents_agree(life: Life, books: Books) -> None:
    """5a: a summary channel ends in the same balances of every account and dimension set.

    Receivable and advances excepted, which cash sales do not use.
    """
    if not books.last.waiting and may_be_daily(life):
        days = (line for entry in by_days(life) for line in entry.lines)
        assert _of_cash(summed((), days)) == _of_cash(books.by_dimension)


def days_of_cash_sales_agree(life: Life, _: Books) -> None:
    """5a by ledger date: what is paid as it leaves has the same balances on every single day.

    Where money and goods are days apart, cash sales know one day for both, the later (R-11.1).
    """
    sold = paid_as_it_leaves(life)
    books = at_once(sold)
    if books.last.waiting or not may_be_daily(sold):
        return
    entries = ((entry.ledger_on, entry.lines) for entry in by_days(sold))
    documents = ((posting.true_on, posting.effect) for posting in books.done)
    assert _of_cash(_by_day(entries)) == _of_cash(_by_day(documents))


def may_be_daily(life: Life) -> bool:
    """Whether a daily journal has a place for all of it: cash sales know no credit on account."""
    is_paid = all(given.paid == given.credit for given in life.refunds if given.credit.amount > 0)
    return is_paid and life.policy.get("tax_point") is not TaxPoint.CAPTURE


def _by_day(dated: Iterable[tuple[date | None, Iterable[JournalLine]]]) -> Sums:
    sums: Sums = {}
    for on, lines in dated:
        for name, amount in summed((on,), lines).items():
            sums[name] = sums.get(name, ZERO) + amount
    return sums


def _of_cash(sums: Sums) -> Sums:
    return {name: amount for name, amount in sums.items() if amount and name[-2] not in BUYER[:2]}


def parts_add_up_to_the_whole(life: Life, books: Books) -> None:
    """6: what was billed, cancelled and given back unbilled is the order; no part is negative.

    Less what a refund takes off the bill to come while its money has not moved: the buyer's advance
    keeps that.
    """
    for document in of_kind(books.done, "Sales Invoice"):
        assert all(line.quantity > 0 for line in document.lines)
    if not _is_complete(life):
        return
    billed = sum((_worth(document) for document in of_kind(books.done, "Sales Invoice")), ZERO)
    whole = life.order.total.amount
    whole += total((card.amount for card in life.order.gift_cards_applied), USD).amount
    booked = _booked(life, books)
    given = total((refund.credit for refund in booked), USD).amount
    parts = (
        part
        for refund in life.refunds
        if refund not in booked
        for part in (refund.shipping, refund.shipping_tax, refund.duties)
    )
    unmoved = total(filter(None, parts), USD).amount
    unmoved += sum(
        (_tax_within(life, given) for given in life.refunds if given not in booked), ZERO
    )
    missing = whole - (billed + given - _credited(books))
    assert ZERO <= missing <= unmoved, missing


def _tax_within(life: Life, given: Refund) -> Decimal:
    """The tax in an allowance, by the share of taxes in the whole order (R-3.6)."""
    if given.lines or life.policy.get("goodwill_tax") is not GoodwillTax.INCLUSIVE_SPLIT:
        return ZERO
    order = life.order
    taxed = [line.taxes for line in order.lines] + [line.taxes for line in order.shipping_lines]
    taxes = total((tax.amount for owed in (order.taxes, *taxed) for tax in owed), USD).amount
    whole = order.total + total((card.amount for card in order.gift_cards_applied), USD)
    allowed = total((adjustment.amount for adjustment in given.adjustments), USD).amount
    return (allowed * taxes / whole.amount).quantize(Decimal("0.01"), ROUND_HALF_UP)


def every_event_is_booked_or_open(life: Life, books: Books) -> None:
    """7: each receipt, refund and parcel is in exactly one document, or named as waiting."""
    purposes = Counter(posting.key.split(":", 1)[1] for posting in books.done)
    assert not [purpose for purpose, count in purposes.items() if count > 1]
    for payment in life.payments:
        kinds = (PostingKind.ADVANCE, PostingKind.PAYMENT)
        own = [p for p in books.done if p.kind in kinds and p.key.endswith(f":{payment.ref.id}")]
        assert len(own) == 1, payment.ref.id
    told = " ".join(books.last.waiting)
    for refund in life.refunds:
        owed = (f"pending:{payment.ref.id}" for payment in refund.transactions)
        is_booked = refund in _booked(life, books) or any(one in purposes for one in owed)
        is_booked |= not refund.transactions
        assert is_booked or f"refund {refund.ref.id}" in told or not refund.credit, refund.ref.id


def stock_is_what_has_left(life: Life, books: Books) -> None:
    """7b: what is sold and neither restocked nor cancelled has its cost booked, and no more."""
    if life.policy.get("cogs") is not Cogs.CART_COST or books.last.waiting:
        return
    is_assumed = life.policy.get("untold_returns") is UntoldReturns.RESTOCKED
    on_shelf = {Restock.RETURN, Restock.CANCEL, *([Restock.NONE] if is_assumed else [])}
    sold = (line for line in life.order.lines if line.kind is not LineKind.GIFT_CARD)
    out = sum((line.quantity for line in sold), ZERO)
    back = (line for given in life.refunds for line in given.lines if line.restock in on_shelf)
    cost = Decimal("1.01") * (out - sum((line.quantity for line in back), ZERO))
    assert -books.balances.get("1300", ZERO) == cost
    assert books.balances.get("5000", ZERO) + books.balances.get("5050", ZERO) == cost


def only_mapped_accounts_are_used(_: Life, books: Books) -> None:
    """8: no account outside the mapping, nothing on suspense, and no rounding at all."""
    mapping = books.book.mapping
    known = {*mapping.accounts.values(), *(rule.account for rule in mapping.taxes)}
    known |= {tender.account for tender in mapping.tenders}
    used = {line.account for posting in books.done for line in posting.effect}
    assert used <= known
    assert not used & {"7900", "7990"}


def dates_are_those_of_events(life: Life, books: Books) -> None:
    """9: while every period is open, nothing is dated before the order or after the last event."""
    first = books.book.ledger_on(life.order.placed_at)
    last = last_of(life)
    for posting in books.done:
        assert posting.true_on is not None
        assert first <= posting.true_on <= books.book.ledger_on(last), posting.key


def replaying_gives_the_same_bytes(life: Life, books: Books) -> None:
    """10: planned again from nothing, every document has the same content."""
    again = plan(life.facts(), {}, books.book)
    contents = {posting.key: content_hash(posting.document) for posting in again.postings}
    assert contents == {p.key: content_hash(p.document) for p in books.done}


@dataclass(frozen=True, slots=True)
class _Cards:
    """Gift cards that an order sells: what they are worth and what was paid for them."""

    face: Decimal
    paid: Decimal


def _cards(life: Life) -> _Cards:
    sold = [line for line in life.order.lines if line.kind is LineKind.GIFT_CARD]
    face = total((line.gross for line in sold), USD).amount
    return _Cards(face, total((line.net for line in sold), USD).amount)


def _worth(document: SalesDocument) -> Decimal:
    return sum((line.unit_price.amount * line.quantity for line in document.lines), ZERO)


def _credited(books: Books) -> Decimal:
    """What credit memos took off the receivable."""
    memos = (posting for posting in books.done if posting.kind is PostingKind.CREDIT_MEMO)
    return sum((received(posting.effect) for posting in memos), ZERO)


def _booked(life: Life, books: Books) -> list[Refund]:
    """The refunds of which something is in the books."""
    purposes = {posting.key.split(":", 1)[1] for posting in books.done}
    return [
        refund
        for refund in life.refunds
        if f"credit:{refund.ref.id}" in purposes
        or any(f"refund:{payment.ref.id}" in purposes for payment in refund.transactions)
    ]


def _moved(life: Life, books: Books, gateway: str) -> Decimal:
    """What came in through a gateway less what went back."""
    came = [each.amount for each in life.payments if each.gateway == gateway]
    refunded = (payment for refund in _booked(life, books) for payment in refund.transactions)
    settled = (each for each in refunded if each.state is PaymentState.SUCCESS)
    went = [each.amount for each in settled if each.gateway == gateway]
    return (total(came, USD) - total(went, USD)).amount


def _is_complete(life: Life) -> bool:
    """Whether everything that can leave has left."""
    left: Counter[str] = Counter()
    waits_for_arrival = life.policy.get("invoice_on") is Moment.DELIVER
    for parcel in life.parcels:
        if waits_for_arrival and not parcel.delivered_at:
            continue
        left.update({line.line_id: int(line.quantity) for line in parcel.lines})
    goods = (line for line in life.order.lines if line.kind is not LineKind.GIFT_CARD)
    return all(left[line.id] == line.quantity for line in goods)


Invariant = Callable[[Life, Books], None]

INVARIANTS: tuple[Invariant, ...] = (
    every_entry_balances,
    what_was_billed_is_explained,
    clearing_is_captures_less_refunds,
    liabilities_are_what_cards_are_worth,
    days_and_documents_agree,
    days_of_cash_sales_agree,
    any_way_of_hearing_ends_the_same,
    parts_add_up_to_the_whole,
    every_event_is_booked_or_open,
    stock_is_what_has_left,
    only_mapped_accounts_are_used,
    dates_are_those_of_events,
    no_entry_is_dated_in_a_closed_or_future_period,
    replaying_gives_the_same_bytes,
)
OF_ALL_THAT_IS_PAID: tuple[Invariant, ...] = (
    what_was_billed_is_explained,
    clearing_is_captures_less_refunds,
    parts_add_up_to_the_whole,
)
"""Those that count on all that the buyer pays being booked."""
