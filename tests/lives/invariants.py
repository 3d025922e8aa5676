"""The ten invariants of the accounting reference, §17, each judged from the cart's facts alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random

from commerce.money import total
from commerce.orders import LineKind, PaymentState, Refund, Restock
from intacct.documents import JournalEntry, JournalLine, SalesDocument, Side
from shared.ledger.content import content_hash
from shared.policy.choices import Cogs, GoodwillTax, Moment, TaxPoint, UntoldReturns
from shared.postings.effects import imbalance
from shared.postings.plan import PostingKind
from shared.postings.planner import plan
from tests.accounting.shop import USD
from tests.lives.books import Books, Sums, at_once, bit_by_bit, by_days, of_kind, summed
from tests.lives.carts import Life, last_of, paid_as_it_leaves
from tests.lives.closings import no_entry_is_dated_in_a_closed_or_future_period

ZERO = Decimal(0)
_TAXES = ("2100-NYS", "2100-NYC", "2100-MTA")
_SALES = ("4000", "4010", "4030", "4090", "4095")
_BUYER = ("1200", "2050", "2060")


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
    explained = -sum((ended.get(account, ZERO) for account in (*_SALES, *_TAXES)), ZERO)
    explained -= sum((ended.get(account, ZERO) for account in ("2300", "2350", "2120")), ZERO)
    is_early = books.last.waiting or books.balances.get("2050")
    if is_early and life.policy.get("tax_point") is TaxPoint.CAPTURE:
        return  # taxes of receipts are owed before anything was invoiced
    assert billed - credited == explained + _cards(life).paid, "invoiced less credited"
    owed = sum((ended.get(account, ZERO) for account in _BUYER), ZERO)
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
    return {name: amount for name, amount in sums.items() if amount and name[-2] not in _BUYER[:2]}


def any_way_of_hearing_ends_the_same(life: Life, books: Books) -> None:
    """5b: any order of events, any duplication and any cut, the same final books.

    But for one cent: a cart may round a refund up above what its goods were billed at so far. The
    cent comes off the bill to come, as no more is credited than was billed (R-3.4); where all was
    billed before, it is credited.
    """
    heard = bit_by_bit(life, Random(f"hearing {life.seed}"))  # noqa: S311  # a drawn test
    assert heard.last.waiting == books.last.waiting
    if _depends_on_what_was_billed(life, books):
        return
    ours, theirs = _of_one_buyer(heard.by_dimension), _of_one_buyer(books.by_dimension)
    apart = {name: ours.get(name, ZERO) - theirs.get(name, ZERO) for name in {*ours, *theirs}}
    for (account, dimensions), difference in apart.items():
        sold_or_back = [apart.get((each, dimensions), ZERO) for each in ("4000", "4095")]
        is_cent = account in ("4000", "4095") and not sum(sold_or_back)
        assert not difference or is_cent, f"{account} is apart by {difference}"
        assert abs(difference) <= Decimal("0.01") * len(life.refunds), account


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
    missing = whole - (billed + given - _credited(books))
    assert ZERO <= missing <= unmoved, missing


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
    lines = (line for posting in memos for line in posting.effect if line.account == "1200")
    signs = ((1 if line.side is Side.CREDIT else -1, line) for line in lines)
    return sum((sign * line.amount.amount for sign, line in signs), ZERO)


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


def _of_one_buyer(sums: Sums) -> Sums:
    """The sums with what the buyer owes and has paid ahead as one: a credit may be used or not."""
    joined: Sums = {}
    for (account, *more), amount in sums.items():
        name = ("buyer" if account in _BUYER else account, *more)
        joined[name] = joined.get(name, ZERO) + amount
    return joined


def _depends_on_what_was_billed(life: Life, books: Books) -> bool:
    """Whether balances rightly tell what was billed or paid when a refund was heard of.

    Shipping and duties go back of what parcels billed bit by bit, until the last has left; a tax of
    an allowance is taken from the agencies that other refunds left most of; a tax that is payable
    with receipts is that of the money which no invoice has used. A free line that was billed before
    its cancellation was heard of stays in revenue and discounts: no memo comes to nothing (R-0.5).
    What was billed on capture before its cancellation was heard of stays billed until the money of
    the refund moves (R-3.5).
    """
    rides = any(given.shipping or given.duties for given in life.refunds)
    splits = life.policy.get("goodwill_tax") is GoodwillTax.INCLUSIVE_SPLIT
    has_allowance = splits and any(given.adjustments for given in life.refunds)
    at_capture = life.policy.get("tax_point") is TaxPoint.CAPTURE
    left_over = at_capture and any(books.balances.get(account) for account in _BUYER)
    free = {line.id for line in life.order.lines if line.discount and not line.net}
    is_free = any(line.line_id in free for given in life.refunds for line in given.lines)
    bills_at_once = life.policy.get("invoice_on") is Moment.CAPTURE
    is_free &= bills_at_once
    is_unmoved = bills_at_once and any("its money" in told for told in books.last.waiting)
    has_open_ride = bool(rides and books.last.waiting)
    return has_open_ride or has_allowance or left_over or is_free or is_unmoved


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


INVARIANTS: tuple[Callable[[Life, Books], None], ...] = (
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
