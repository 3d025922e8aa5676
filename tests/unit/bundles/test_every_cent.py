"""Any bundle, whatever its prices, discount, taxes and refunds: no cent is lost or made."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given as for_any
from hypothesis import strategies as st

from commerce.money import Money, total
from commerce.orders import Order, OrderLine, Refund, RefundLine, Restock
from shared.policy.choices import Moment
from shared.postings.book import StoreBook
from shared.postings.bundle_parts import Bundle, Part
from tests.accounting.journals import net
from tests.accounting.planning import planned
from tests.accounting.shop import USD, captured, day, given_back, order, parcel, refund, tax, usd
from tests.unit.bundles.test_in_parts import parts_of, selling

CENTS = st.integers(0, 20_000)


@st.composite
def bundled_orders(draw: st.DrawFn) -> tuple[Order, StoreBook, list[Refund]]:
    """An order of one bundle with discount and two taxes, given back in up to four refunds."""
    prices = draw(st.lists(st.integers(0, 900), min_size=1, max_size=6).filter(any))
    units = draw(st.lists(st.integers(1, 3), min_size=len(prices), max_size=len(prices)))
    parts = [
        Part(f"P{n}", Decimal(unit), price=_cents(price))
        for n, (price, unit) in enumerate(zip(prices, units, strict=True))
    ]
    included, quantity = draw(st.booleans()), draw(st.integers(1, 4))
    gross = draw(CENTS)
    discount = draw(st.integers(0, gross))
    net = gross - discount
    taxes = [draw(st.integers(0, net // 4)) for _ in range(2)]
    sold = OrderLine(
        "set",
        "SET",
        "set",
        Decimal(quantity),
        _cents(gross),
        _cents(gross),
        _cents(discount),
        tuple(tax("VAT", _cents(each).plain()) for each in taxes),
    )
    left, tax_left = net - (sum(taxes) if included else 0), sum(taxes)
    refunds = []
    for n in range(draw(st.integers(0, quantity))):
        back, tax_back = draw(st.integers(0, left)), draw(st.integers(0, tax_left))
        left, tax_left = left - back, tax_left - tax_back
        row = RefundLine("set", Decimal(1), _cents(back), _cents(tax_back), Restock.RETURN)
        refunds.append(refund(row, at=day(3 + n), name=f"r{n}"))
    made = order(sold, tax_included=included)
    return made, selling(Bundle(tuple(parts))), refunds


def _cents(amount: int) -> Money:
    return Money(Decimal(amount).scaleb(-2), USD)


@for_any(bundled_orders())
def test_every_cent_of_a_bundle_is_in_its_parts(
    made: tuple[Order, StoreBook, list[Refund]],
) -> None:
    sold, books, refunds = made
    (bundle,) = sold.lines

    told, in_lines = parts_of(sold, books, *refunds)

    lines = in_lines.lines
    for member in ("gross", "discount", "net"):
        assert total((getattr(x, member) for x in lines), USD) == getattr(bundle, member)
    for place, stated in enumerate(bundle.taxes):
        assert total((x.taxes[place].amount for x in lines), USD) == stated.amount
    assert all(usd("0.00") <= x.discount <= x.gross for x in lines)
    for before, after in zip(refunds, told.refunds, strict=True):
        assert after.credit == before.credit
    for x in lines:
        back = [row for r in told.refunds for row in r.lines if row.line_id == x.id]
        own_tax = total((each.amount for each in x.taxes), USD)
        most = x.net - own_tax if sold.tax_included else x.net
        assert total((row.subtotal for row in back), USD) <= most
        assert total((row.tax for row in back), USD) <= own_tax


@for_any(bundled_orders(), st.sampled_from(list(Moment)[:2]))
def test_any_bundle_is_sold_and_given_back_without_a_cent_left(
    made: tuple[Order, StoreBook, list[Refund]], moment: Moment
) -> None:
    """Through the planner: what is billed is the order, what is credited is the refunds."""
    sold, books, refunds = made
    books = replace(books, policy=replace(books.policy, invoice_on=moment, recognise_on=moment))
    units = int(sold.lines[0].quantity)
    paid = captured("p", sold.total.plain(), day(1))
    repaid = [
        replace(
            each, transactions=(given_back(each.credit.plain(), each.created_at, name=f"m-{n}"),)
        )
        for n, each in enumerate(refunds)
        if each.credit
    ]

    plan = planned(sold, paid, parcel("box", day(2), set=units), *repaid, books=books)

    assert plan.findings == ()
    left = net(each for posting in plan.postings for each in posting.effect)
    kept = sold.total - total((each.credit for each in refunds), USD)
    assert left.get("1100", Decimal(0)) == kept.amount
    assert not left.get("1200")
    assert not left.get("2050")
