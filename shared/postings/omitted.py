"""Facilitator tax left out of the books: of sales, of their money, and of what goes back (R-5.4).

The marketplace takes the tax from the buyer and owes it to the authority: where the policy omits
it, it is neither receivable nor money of ours, and payouts show it only as money that never came.
Gift cards and store credit are no such money: what is owed on them is what the cart says (§17, 4).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from commerce.money import Money, total
from commerce.orders import Payment
from shared.policy.mapping import Role
from shared.postings.chart import Chart
from shared.postings.editions import OrderEdition
from shared.postings.events import RefundEvent
from shared.postings.order_keys import Keys
from shared.postings.parts import Life
from shared.postings.plan import PostingKind, Reason
from shared.postings.refunds import RefundMoney
from shared.postings.shares import share_of
from shared.postings.takings import Taking

_RECEIPTS = (PostingKind.ADVANCE, PostingKind.PAYMENT)
_SHOW_IT = "set marketplace_tax to pass_through, which shows the tax"
_CARDS = (Role.GIFT_CARDS, Role.STORE_CREDIT)


def takings_without(
    takings: Sequence[Taking], editions: Sequence[OrderEdition], keys: Keys, chart: Chart
) -> tuple[Taking, ...]:
    """The receipts without the omitted part of what the buyer paid, cumulative (R-9.4).

    What is in the books comes first, as it was booked: so a receipt that is heard of late changes
    none. Of what edits add, nothing is left out: where they change the omitted, a person decides,
    as the books do not tell which receipts were booked before the edit was heard of.
    """
    omitted, *others = [edition.pieces.stated_total - edition.pieces.total for edition in editions]
    if any(other != omitted for other in others) and takings:
        message = "the marketplace's tax was edited, and receipts are booked without it"
        chart.miss(Reason.OUT_OF_SCOPE, "order.taxes", message, _SHOW_IT)
    if not omitted:
        return tuple(takings)
    whole = editions[0].pieces.stated_total
    kept: dict[str, Taking] = {}
    paid = taken_off = omitted * 0
    for taking in sorted(takings, key=lambda each: _place(each, keys)):
        paid += taking.amount
        off = _share(omitted, min(paid, whole), whole) - taken_off
        taken_off += off
        kept[taking.id] = replace(taking, amount=taking.amount - off)
        if off:
            _refuse_card(taking.tender.account, f"payments[{taking.id}]", chart)
    return tuple(kept[taking.id] for taking in takings if kept[taking.id].amount)


def refunds_without(
    refunds: Sequence[RefundEvent],
    life: Life,
    came: Money,
    editions: Sequence[OrderEdition],
    chart: Chart,
) -> tuple[RefundEvent, ...]:
    """The refunds with their money less what they gave back of the omitted.

    Where goods that came back pay for others, the omitted in them pays too: that much of what came
    for the omitted is ours then, and no receipt tells it. A person decides. `came` is all that the
    buyer paid, the omitted included.
    """
    omitted = {item.refund.ref.id: item.omitted for item in life.credits if item.omitted}
    first, newest = editions[0].pieces, editions[-1].pieces
    left_out = first.stated_total - first.total
    is_dearer = newest.stated_total > first.stated_total
    for event in refunds:
        given = omitted.get(event.refund.ref.id)
        if not given:
            continue
        is_paid = came < newest.stated_total <= came + event.refund.credit
        is_other = is_paid and _share(left_out, came, first.stated_total) != left_out - given
        if _is_kept(event.money, given, pays=is_dearer or is_other):
            chart.miss(
                Reason.OUT_OF_SCOPE,
                f"refunds[{event.refund.ref.id}]",
                "the marketplace's tax of what came back paid for other goods",
                _SHOW_IT,
            )
    return tuple(
        replace(event, money=_less(event, omitted[event.refund.ref.id], chart))
        if event.refund.ref.id in omitted
        else event
        for event in refunds
    )


def _is_kept(money: RefundMoney, omitted: Money, *, pays: bool) -> bool:
    """Whether the buyer paid for other goods with some of the omitted, and did not get it back."""
    moved = total((each.amount for each in (*money.settled, *money.pending)), omitted.currency)
    return moved < omitted and bool(moved or pays) and not money.failed


def _less(event: RefundEvent, omitted: Money, chart: Chart) -> RefundMoney:
    money, place = event.money, f"refunds[{event.refund.ref.id}]"
    payments = (*money.settled, *money.pending)
    whole = total((payment.amount for payment in payments), omitted.currency)
    if not whole:
        return money
    lowered: dict[str, Payment] = {}
    paid = taken_off = omitted * 0
    for payment in payments:
        paid += payment.amount
        off = _share(omitted, paid, whole) - taken_off
        taken_off += off
        lowered[payment.ref.id] = replace(payment, amount=payment.amount - off)
        if off:
            tender = chart.tender(payment.gateway, place, payment.card_id)
            _refuse_card(tender.account, f"{place}.transactions[{payment.ref.id}]", chart)
    return RefundMoney(
        settled=_kept(money.settled, lowered),
        pending=_kept(money.pending, lowered),
        failed=money.failed,
    )


def _refuse_card(account: str, place: str, chart: Chart) -> None:
    """What is owed on cards would not be what the cart says: a person decides."""
    if account in {number for role in _CARDS if (number := chart.known_account(role))}:
        chart.miss(
            Reason.OUT_OF_SCOPE,
            place,
            "the marketplace's tax is in what a gift card or store credit paid or got back",
            _SHOW_IT,
        )


def _share(omitted: Money, paid: Money, whole: Money) -> Money:
    """How much of the omitted is in that part of the whole."""
    return share_of(omitted, Fraction(paid.amount) / Fraction(whole.amount))


def _place(taking: Taking, keys: Keys) -> int:
    return min(keys.place(kind, f"receipt:{taking.id}") for kind in _RECEIPTS)


def _kept(payments: Iterable[Payment], lowered: Mapping[str, Payment]) -> tuple[Payment, ...]:
    return tuple(lowered[payment.ref.id] for payment in payments if lowered[payment.ref.id].amount)
