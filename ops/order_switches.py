"""Which switches of the policy decide whether, when and how a document of an order is posted."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from shared.policy.switches import PostingPolicy
from shared.postings.plan import DayEntry, Posting, PostingKind

_SALE = ("invoice_on", "recognise_on", "discount_presentation", "tax_point", "marketplace_tax")
_OF_SALES = (*_SALE, "tips", "duties", "post_zero_lines")
_CREDIT = ("credit_on", "refund_presentation", "goodwill_tax", "closed_period_credits")
_MONEY = ("credit_on", "closed_period_credits")
_RECEIPT = ("invoice_on", "closed_period_receipts")
_WHOLE = ("posting_mode", "posting_depth", "customer_mode", "currency_side")

_OF_KIND: Mapping[PostingKind, tuple[str, ...]] = {
    PostingKind.SALES_ORDER: ("discount_presentation", "post_zero_lines"),
    PostingKind.INVOICE: (*_OF_SALES, "closed_period_invoices"),
    PostingKind.ADVANCE: _RECEIPT,
    PostingKind.PAYMENT: _RECEIPT,
    PostingKind.ADVANCE_APPLICATION: _RECEIPT,
    PostingKind.CREDIT_MEMO: _CREDIT,
    PostingKind.DEBIT_MEMO: _MONEY,
    PostingKind.CUSTOMER_REFUND: _MONEY,
    PostingKind.STOCK: ("restock", "untold_returns", "credit_on", "closed_period_credits"),
}
_OF_PURPOSE: Mapping[str, tuple[str, ...]] = {
    "recognise": ("invoice_on", "recognise_on", "discount_presentation"),
    "cogs": ("cogs", "recognise_on"),
    "restock": ("cogs", "closed_period_credits"),
    "refund": _MONEY,
    "sale": _OF_SALES,
    "fee": ("fees_on",),
}
"""Of journal entries and of a day's events: what their purpose begins with."""


def switches_of(posting: Posting, policy: PostingPolicy) -> dict[str, str]:
    """The switches behind a document, with their values."""
    purpose = posting.key.partition(":")[2]
    named = _OF_KIND.get(posting.kind) or _OF_PURPOSE.get(purpose.partition(":")[0], ())
    return _values(named, policy)


def switches_of_event(entry: DayEntry, policy: PostingPolicy) -> dict[str, str]:
    """The switches behind an event of a summary channel, with their values."""
    return _values(_OF_PURPOSE.get(entry.event.partition(":")[0], ()), policy)


def switches_of_order(policy: PostingPolicy) -> dict[str, str]:
    """The switches that decide on the order as a whole, with their values."""
    return _values(_WHOLE, policy)


def _values(names: tuple[str, ...], policy: PostingPolicy) -> dict[str, str]:
    values = {name: getattr(policy, name) for name in names}
    return {
        name: str(value.value) if isinstance(value, Enum) else str(value).lower()
        for name, value in values.items()
    }
