"""Why something cannot be booked: reasons and findings, apart from the plan and its documents.

Intake reports missing configuration with them and has no use for a document of Sage Intacct;
loading those takes a noticeable part of its cold start (docs/benchmarks.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from commerce.money import Money


class Reason(StrEnum):
    """Why something waits for a person; people filter by these (reliability §7)."""

    PAYLOAD_INVALID = "PAYLOAD_INVALID"
    UNBALANCED = "UNBALANCED"
    MAPPING_MISSING = "MAPPING_MISSING"
    CONFIGURATION_MISSING = "CONFIGURATION_MISSING"
    CUSTOMER_AMBIGUOUS = "CUSTOMER_AMBIGUOUS"
    CUSTOMER_MISSING = "CUSTOMER_MISSING"
    CUSTOMER_INACTIVE = "CUSTOMER_INACTIVE"
    ITEM_MISSING = "ITEM_MISSING"
    PERIOD_CLOSED = "PERIOD_CLOSED"
    DIMENSION_INVALID = "DIMENSION_INVALID"
    AMOUNT_MISMATCH = "AMOUNT_MISMATCH"
    TAX_UNMAPPED = "TAX_UNMAPPED"
    TAX_LIABILITY_UNKNOWN = "TAX_LIABILITY_UNKNOWN"
    PAYMENT_UNDECIDED = "PAYMENT_UNDECIDED"
    DISPUTE_ON_REFUNDED = "DISPUTE_ON_REFUNDED"
    DUPLICATE_FOUND = "DUPLICATE_FOUND"
    READBACK_DIFFERS = "READBACK_DIFFERS"
    CONTENT_CONFLICT = "CONTENT_CONFLICT"
    IN_DOUBT_EXHAUSTED = "IN_DOUBT_EXHAUSTED"
    RESEND_LIMIT = "RESEND_LIMIT"
    PERMISSION = "PERMISSION"
    REAUTH_REQUIRED = "REAUTH_REQUIRED"
    REFUSED_BY_SAGE = "REFUSED_BY_SAGE"
    REFUSED_BY_CART = "REFUSED_BY_CART"
    STOCK_IMPLAUSIBLE = "STOCK_IMPLAUSIBLE"
    RETURN_UNTOLD = "RETURN_UNTOLD"
    REFUND_WITHOUT_ORDER = "REFUND_WITHOUT_ORDER"
    REFUND_EXCEEDS_INVOICE = "REFUND_EXCEEDS_INVOICE"
    DAY_INCOMPLETE = "DAY_INCOMPLETE"
    OUT_OF_SCOPE = "OUT_OF_SCOPE"
    TEST_ORDER = "TEST_ORDER"
    ORDER_UNDONE = "ORDER_UNDONE"
    HANDLER_FAILED = "HANDLER_FAILED"
    MESSAGE_UNREADABLE = "MESSAGE_UNREADABLE"
    SCHEDULED_RUN_FAILED = "SCHEDULED_RUN_FAILED"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that must be fixed, where it is, and what would fix it; never personal data."""

    reason: Reason
    place: str
    message: str
    hint: str = ""
    difference: Money | None = None
