"""What eBay's types of transactions and fees mean in a payout; both are open lists (§8.5)."""

from __future__ import annotations

from commerce.payouts import FeeKind, PayoutLineKind

KIND_OF_TYPE = {
    "SALE": PayoutLineKind.CHARGE,
    "REFUND": PayoutLineKind.REFUND,
    "DISPUTE": PayoutLineKind.DISPUTE,
    "NON_SALE_CHARGE": PayoutLineKind.FEE,
    "SHIPPING_LABEL": PayoutLineKind.FEE,
    "TRANSFER": PayoutLineKind.TRANSFER,
    "WITHDRAWAL": PayoutLineKind.TRANSFER,
    "CREDIT": PayoutLineKind.ADJUSTMENT,
    "ADJUSTMENT": PayoutLineKind.ADJUSTMENT,
}
"""The kind of line that a `transactionType` makes."""

FEE_OF_TYPE = {"SHIPPING_LABEL": FeeKind.SHIPPING_LABEL}
"""Fees told by the type of the transaction alone."""

_FEES = {
    FeeKind.REFERRAL: (
        "FINAL_VALUE_FEE",
        "FINAL_VALUE_FEE_FIXED_PER_ORDER",
        "FINAL_VALUE_SHIPPING_FEE",
        "INTERNATIONAL_FEE",
        "REGULATORY_OPERATING_FEE",
        "HIGH_ITEM_NOT_AS_DESCRIBED_FEE",
        "BELOW_STANDARD_FEE",
        "BELOW_STANDARD_SHIPPING_FEE",
    ),
    FeeKind.ADVERTISING: ("AD_FEE", "PREMIUM_AD_FEES", "EXPRESS_AD_FEE", "OFFSITE_AD_FEE"),
    FeeKind.SUBSCRIPTION: ("STORE_SUBSCRIPTION_FEE", "SUBSCRIPTION_FEE"),
    FeeKind.PROCESSING: ("PAYMENT_PROCESSING_FEE",),
    FeeKind.DISPUTE: ("PAYMENT_DISPUTE_FEE", "DISPUTE_FEE"),
    FeeKind.OTHER: ("INSERTION_FEE", "OTHER_FEES"),
}
_KIND_OF_FEE = {name: kind for kind, names in _FEES.items() for name in names}


def fee_kind(name: str) -> FeeKind | None:
    """Which expense a `feeType` is; None for one without a meaning here."""
    return _KIND_OF_FEE.get(name)
