"""Any way of hearing of a life must end in the same books (accounting reference, §17, 5b)."""

from __future__ import annotations

from decimal import Decimal
from random import Random

from commerce.orders import PaymentState, Refund, Restock
from shared.policy.choices import CreditOn, GoodwillTax, MarketplaceTax, Moment, TaxPoint
from shared.postings.plan import PostingKind
from tests.lives.books import BUYER, TAXES, Books, Sums, bit_by_bit, received
from tests.lives.carts import Life

_ZERO = Decimal(0)
_CENT = Decimal("0.01")


def any_way_of_hearing_ends_the_same(life: Life, books: Books) -> None:
    """5b: any order of events, any duplication and any cut, the same final books.

    But for one cent: a cart may round a refund up above what its goods were billed at so far. The
    cent comes off the bill to come, as no more is credited than was billed (R-3.4); where all was
    billed before, it is credited, once the money of the refund has moved (R-3.5). Cancelled goods
    may have such a cent and their tax another: the buyer owes both until then.
    """
    heard = bit_by_bit(life, Random(f"hearing {life.seed}"))  # noqa: S311  # a drawn test
    ours_wait, theirs_wait = _waits_for(life, heard), _waits_for(life, books)
    assert ours_wait == theirs_wait, f"waits for {ours_wait}, heard at once for {theirs_wait}"
    if _depends_on_what_was_billed(life, books):
        return
    ours, theirs = _of_one_buyer(heard.by_dimension), _of_one_buyer(books.by_dimension)
    apart = {name: ours.get(name, _ZERO) - theirs.get(name, _ZERO) for name in {*ours, *theirs}}
    in_vain = _cancelled_in_vain(life, books)
    unmoved = _CENT * len(in_vain)
    unmoved_tax = _CENT * len([given for given in in_vain if any(x.tax for x in given.lines)])
    unbooked = _CENT * len(_back_without_money(life, books))
    for (account, dimensions), difference in apart.items():
        sold_or_back = [apart.get((each, dimensions), _ZERO) for each in _net_sales(books)]
        is_cent = account in _net_sales(books) and not sum(sold_or_back)
        is_cent |= account in (*TAXES, "4000") and abs(difference) <= unmoved
        is_cent |= account == "buyer" and abs(difference) <= unmoved + unmoved_tax
        taxes = [apart.get((each, dimensions), _ZERO) for each in TAXES]
        is_cent |= account in TAXES and not sum(taxes) and abs(difference) <= unbooked
        assert not difference or is_cent, f"{account} is apart by {difference}"
        is_sale = account in ("4000", "4095") and _earns_before_goods_leave(life)
        assert is_sale or abs(difference) <= _CENT * len(life.refunds), account


def _earns_before_goods_leave(life: Life) -> bool:
    """Whether goods may be sold and taken back, or never sold: the cancellation was known or not.

    What is credited of earned goods is on the account of returns, whether they left or not (R-3.7).
    """
    return life.policy.get("recognise_on") is Moment.CAPTURE and any(
        line.restock is Restock.CANCEL for given in life.refunds for line in given.lines
    )


def _net_sales(books: Books) -> tuple[str, ...]:
    """The accounts that the cent may lie between: sales, returns, and the discounts of both.

    Discounts only beside a refund whose money has not moved: which unit it will be of is not told.
    """
    is_unmoved = any("its money" in told for told in books.last.waiting)
    return ("4000", "4095", "4090") if is_unmoved else ("4000", "4095")


def _waits_for(life: Life, books: Books) -> list[str]:
    """What the books wait for, less what another way of hearing may rightly leave out."""
    aside = _told_as_no_memo_holds_it(life, books)
    return [told for told in books.last.waiting if told not in aside]


def _told_as_no_memo_holds_it(life: Life, books: Books) -> set[str]:
    """The failed refunds that are named only because no credit memo holds the whole of them.

    Under `credit_on: refund_created` a failed refund is named unless its memo stays open for all of
    it, and what of it was billed, so that a memo holds it, depends on what was heard first.
    """
    if life.policy.get("credit_on") is not CreditOn.REFUND_CREATED:
        return set()
    by_memo = {
        posting.key.rsplit(":", 1)[1]: received(posting.effect)
        for posting in books.done
        if posting.kind is PostingKind.CREDIT_MEMO
    }
    failed = [given for given in life.refunds if _has_failed(given)]
    names = {given.ref.id: f"refund {given.ref.id}: its money failed" for given in failed}
    for given in failed:
        is_whole = by_memo.get(given.ref.id) == given.credit.amount
        is_named = names[given.ref.id] in books.last.waiting
        is_held = is_named is not is_whole or _is_tax_left_out(life)
        assert is_held, f"{given.ref.id} is held by a memo, or named"
    return set(names.values())


def _is_tax_left_out(life: Life) -> bool:
    """Whether a memo may hold less than a refund: the marketplace's tax is in no book (R-5.4)."""
    return life.policy.get("marketplace_tax") is MarketplaceTax.OMIT


def _has_failed(given: Refund) -> bool:
    return bool(given.transactions) and all(
        payment.state is PaymentState.FAILURE for payment in given.transactions
    )


def _cancelled_in_vain(life: Life, books: Books) -> list[Refund]:
    """The refunds of cancelled goods whose money has not moved, each of which waits by name."""
    return [
        given
        for given in _unmoved(life, books)
        if any(line.restock is Restock.CANCEL for line in given.lines)
    ]


def _back_without_money(life: Life, books: Books) -> list[Refund]:
    """The refunds of taxed goods that came back, of which no memo is booked until money moves.

    Which of two refunds has the odd cent of an agency follows from which is booked first (R-9.4).
    """
    if life.policy.get("credit_on") is not CreditOn.REFUND_SETTLED:
        return []
    return [
        given
        for given in _unmoved(life, books)
        if any(line.tax and line.restock is not Restock.CANCEL for line in given.lines)
    ]


def _unmoved(life: Life, books: Books) -> list[Refund]:
    """The refunds that wait by name for their money."""
    names = {told.split(":")[0] for told in books.last.waiting if "its money" in told}
    return [given for given in life.refunds if f"refund {given.ref.id}" in names]


def _of_one_buyer(sums: Sums) -> Sums:
    """The sums with what the buyer owes and has paid ahead as one: a credit may be used or not."""
    joined: Sums = {}
    for (account, *more), amount in sums.items():
        name = ("buyer" if account in BUYER else account, *more)
        joined[name] = joined.get(name, _ZERO) + amount
    return joined


def _depends_on_what_was_billed(life: Life, books: Books) -> bool:
    """Whether balances rightly tell what was billed or paid when a refund was heard of.

    Shipping and duties go back of what parcels billed bit by bit, until the last has left, and so
    do they ride with goods that were exchanged for others or cancelled before they left or after; a
    tax of an allowance is taken from the agencies that other refunds left most of; a tax that is
    payable with receipts is that of the money which no invoice has used. A free line that was
    billed before its cancellation was heard of stays in revenue and discounts: no memo comes to
    nothing (R-0.5). What was billed on capture before its cancellation was heard of stays billed
    until the money of the refund moves (R-3.5).
    """
    rides = any(given.shipping or given.duties for given in life.refunds)
    splits = life.policy.get("goodwill_tax") is GoodwillTax.INCLUSIVE_SPLIT
    has_allowance = splits and any(given.adjustments for given in life.refunds)
    at_capture = life.policy.get("tax_point") is TaxPoint.CAPTURE
    left_over = at_capture and any(books.balances.get(account) for account in BUYER)
    free = {line.id for line in life.order.lines if line.discount and not line.net}
    is_free = any(line.line_id in free for given in life.refunds for line in given.lines)
    bills_at_once = life.policy.get("invoice_on") is Moment.CAPTURE
    is_free &= bills_at_once
    is_unmoved = bills_at_once and any("its money" in told for told in books.last.waiting)
    has_open_ride = bool((rides or life.before) and books.last.waiting)
    is_sent_in_part = any("the shipment of line" in told for told in books.last.waiting)
    has_open_ride |= is_sent_in_part and any(
        line.restock is Restock.CANCEL for given in life.refunds for line in given.lines
    )
    return has_open_ride or has_allowance or left_over or is_free or is_unmoved
