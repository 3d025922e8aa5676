"""What Amazon's transactions make of a payout: sales, fees, withheld tax, reserves, line by line.

Names are an open list: one without a meaning here becomes a line that says so, and belongs on a
configured account (carts reference §7.5). Accounting reference J-6.8 and J-6.9.
"""

from __future__ import annotations

from collections.abc import Iterator

from carts.amazon.transactions import SALES, Branch, Transaction
from commerce.money import Money, total
from commerce.payouts import FeeKind, PayoutLine, PayoutLineKind, payout_line

_Meaning = tuple[PayoutLineKind, FeeKind | None]

_FEES = {
    FeeKind.REFERRAL: (
        "Commission",
        "RefundCommission",
        "ReferralFee",
        "FixedClosingFee",
        "VariableClosingFee",
        "AmazonFees",
    ),
    FeeKind.FULFILMENT: (
        "FBAFees",
        "FBAPerUnitFulfillmentFee",
        "FBAPerOrderFulfillmentFee",
        "FBAWeightBasedFee",
        "FBAInboundTransportationFee",
        "FBAInboundTransportationProgramFee",
        "FBAInboundConvenienceFee",
        "FBARemovalFee",
        "FBADisposalFee",
        "CustomerReturnHRRUnitFee",
        "ShippingChargeback",
        "GiftwrapChargeback",
    ),
    FeeKind.STORAGE: ("FBAStorageFee", "FBALongTermStorageFee", "StorageBillingFee"),
    FeeKind.ADVERTISING: (
        "AdvertisingFee",
        "AdvertisingFeeRefund",
        "CouponParticipationFee",
        "CouponPerformanceFee",
    ),
    FeeKind.SUBSCRIPTION: ("Subscription", "SubscriptionFee"),
    FeeKind.OTHER: ("PaidServicesFee",),
}
_OTHERS = {
    PayoutLineKind.RESERVE: ("ReserveCredit", "ReserveDebit"),
    PayoutLineKind.TRANSFER: ("FundTransfer",),
    PayoutLineKind.ADJUSTMENT: (
        "FBAInventoryReimbursement",
        "FBAReversedReimbursement",
        "RecommerceLiquidation",
        "Retrocharge",
        "RetrochargeReversal",
    ),
}
_MEANINGS: dict[str, _Meaning] = {
    **{name: (PayoutLineKind.FEE, kind) for kind, names in _FEES.items() for name in names},
    **{name: (kind, None) for kind, names in _OTHERS.items() for name in names},
}
_WITHHELD = ("MarketplaceFacilitator", "MarketplaceWithheld", "LowValueGoodsTax")
_CONTAINERS = frozenset({"AmazonFees", "FBAFees"})
_FEE_ROOTS = frozenset({"ServiceFee", "ProductAdsPayment"})
_DISPUTE = "chargeback"
_GIVEN_BACK = "Refunded Sales"
TRANSFER_TYPE = "Transfer"


def payout_lines(transaction: Transaction) -> tuple[PayoutLine, ...]:
    """The transaction line by line; their nets add up to its total. Zeros are left out."""
    if not transaction.branches:
        found = [_untold(transaction)]
    else:
        found = [part for branch in transaction.branches for part in _parts(transaction, branch)]
    lines = (each for each in found if each[1])
    return tuple(_line(transaction, number, *each) for number, each in enumerate(lines, start=1))


_Part = tuple[str, Money, _Meaning | None]


def _line(
    transaction: Transaction, number: int, name: str, amount: Money, meaning: _Meaning | None
) -> PayoutLine:
    kind, fee_kind = meaning or (PayoutLineKind.ADJUSTMENT, None)
    return payout_line(
        f"{transaction.id}:{number}",
        kind,
        amount,
        transaction.posted_at,
        order_id=transaction.order_id,
        refund_id=transaction.refund_id if kind is not PayoutLineKind.CHARGE else "",
        transaction_id=transaction.id,
        type_name=name,
        fee_kind=fee_kind,
        is_recognized=meaning is not None,
    )


def _untold(transaction: Transaction) -> _Part:
    """A transaction without breakdowns is what its type says."""
    if transaction.type == TRANSFER_TYPE:
        meaning: _Meaning | None = (PayoutLineKind.TRANSFER, None)
    else:
        meaning = _MEANINGS.get(transaction.type)
    return (transaction.type, transaction.total, meaning)


def _parts(transaction: Transaction, branch: Branch) -> Iterator[_Part]:
    """What the buyer paid as one line; all else down to the first name that means something."""
    sold = transaction.sold_of(branch)
    if sold:
        amount = total((part.amount for part in sold), branch.amount.currency)
        name = branch.type if branch.type in SALES else _GIVEN_BACK
        yield (name, amount, _MEANINGS.get(transaction.type) or (_sales_kind(transaction), None))
        if sold == (branch,):
            return
        for part in branch.parts:
            if part not in sold:
                yield from _parts(transaction, part)
        return
    meaning = _meaning(transaction, branch)
    parts = branch.parts or _told_by_items(transaction, branch)
    if parts and (meaning is None or branch.type in _CONTAINERS):
        for part in parts:
            yield from _parts(transaction, part)
        return
    yield (branch.type, branch.amount, meaning)


def _told_by_items(transaction: Transaction, branch: Branch) -> tuple[Branch, ...]:
    """The fees of a sum that only the items split: by name, where they add up to it."""
    if branch.type not in _CONTAINERS:
        return ()
    sums: dict[str, Branch] = {}
    for item in transaction.items:
        for part in (p for each in item.branches if each.type == branch.type for p in each.parts):
            known = sums.get(part.type)
            amount = part.amount + known.amount if known else part.amount
            sums[part.type] = Branch(part.type, amount, (), branch.place)
    told = total((part.amount for part in sums.values()), branch.amount.currency)
    return tuple(sums.values()) if told == branch.amount else ()


def _sales_kind(transaction: Transaction) -> PayoutLineKind:
    if _DISPUTE in transaction.type.lower():
        return PayoutLineKind.DISPUTE
    return PayoutLineKind.REFUND if transaction.is_refund else PayoutLineKind.CHARGE


def _meaning(transaction: Transaction, branch: Branch) -> _Meaning | None:
    if branch.type.startswith(_WITHHELD):
        return (PayoutLineKind.FACILITATOR_TAX, None)
    if transaction.type in _FEE_ROOTS and branch.type == "Tax":
        return (PayoutLineKind.FEE, FeeKind.OTHER)
    return _MEANINGS.get(branch.type)
