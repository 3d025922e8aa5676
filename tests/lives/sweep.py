"""Random carts, each cent of each part followed: parts add up and nothing is rounded away.

No amount is compared with a rate: the cart's own figures are the truth (R-0.7).
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from commerce.money import Money, total
from commerce.orders import LineKind
from intacct.documents import JournalLine, Side
from shared.postings.plan import PostingKind
from tests.lives.books import Books, at_once
from tests.lives.carts import Life, draw
from tests.lives.currencies import CURRENCIES, in_currency

ZERO = Decimal(0)


def swept(seed: int) -> None:
    """Judge the cart of that seed, each in one of the currencies.

    Raises:
        AssertionError: with the account or document that is off, and by how much.
    """
    life = in_currency(draw(seed), CURRENCIES[seed % len(CURRENCIES)])
    books = at_once(life)
    no_line_rounds(books)
    refunds_are_the_carts(life, books)
    if _is_billed_whole(life, books):
        taxes_are_the_carts(life, books)
        goods_are_the_carts(life, books)


def no_line_rounds(books: Books) -> None:
    """No rounding line, and no line with a part of a cent or below zero (R-0.6, R-9.2)."""
    for posting in books.done:
        for line in posting.effect:
            assert line.account != "7900", posting.key
            assert line.amount.amount > 0, posting.key
            assert line.amount == line.amount.rounded(), posting.key


def refunds_are_the_carts(life: Life, books: Books) -> None:
    """What is credited and what is given back of what was never billed is the cart's credit."""
    for refund in life.refunds:
        memo = [p for p in books.done if p.key.endswith(f":credit:{refund.ref.id}")]
        credited = _credits(memo[0].effect if memo else (), "1200")
        assert credited <= refund.credit.amount, refund.ref.id
        billed_whole = _is_billed_whole(life, books)
        is_return = all(line.restock.value != "cancel" for line in refund.lines)
        if billed_whole and is_return and memo:
            assert credited == refund.credit.amount, refund.ref.id


def taxes_are_the_carts(life: Life, books: Books) -> None:
    """Each agency is owed what the cart charged for it, to the cent (R-5.2)."""
    charged: dict[str, Decimal] = {}
    for tax in life.order.all_taxes:
        rule = next(rule for rule in books.book.mapping.taxes if rule.title == tax.title)
        charged[rule.account] = charged.get(rule.account, ZERO) + tax.amount.amount
    for account, amount in charged.items():
        assert _invoiced(books, account) == amount, account


def goods_are_the_carts(life: Life, books: Books) -> None:
    """Net sales of goods and shipping are the cart's prices less discounts, without their tax."""
    order, currency = life.order, life.order.currency
    included = total((tax.amount for tax in order.all_taxes), currency) * int(order.tax_included)
    goods = [x.net for x in order.lines if x.kind is not LineKind.GIFT_CARD]
    sent = [x.amount - x.discount for x in order.shipping_lines]
    wraps = [x.amount for x in order.charges if x.kind.value == "gift_wrap"]
    expected = total((*goods, *sent, *wraps), currency) - included
    earned = sum((_invoiced(books, account) for account in ("4000", "4010", "4090")), ZERO)
    earned += _invoiced(books, "2300")
    assert Money(earned, currency) == expected


def _invoiced(books: Books, account: str) -> Decimal:
    invoices = [p for p in books.done if p.kind is PostingKind.INVOICE]
    lines = (line for posting in invoices for line in posting.effect)
    return _net(lines, account)


def _net(lines: Iterable[JournalLine], account: str) -> Decimal:
    """Credits less debits of an account."""
    signed = ((1 if x.side is Side.CREDIT else -1, x) for x in lines if x.account == account)
    return sum((sign * line.amount.amount for sign, line in signed), ZERO)


def _credits(lines: Iterable[JournalLine], account: str) -> Decimal:
    on_account = (x for x in lines if x.account == account and x.side is Side.CREDIT)
    return sum((x.amount.amount for x in on_account), ZERO)


def _is_billed_whole(life: Life, books: Books) -> bool:
    """Whether all of the order was billed: nothing is open and nothing was cancelled."""
    cancelled = any(line.restock.value == "cancel" for x in life.refunds for line in x.lines)
    return not cancelled and not any("shipment" in told for told in books.last.waiting)
