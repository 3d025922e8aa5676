"""What each policy switch of the accounting reference, section 18, can be set to.

A switch takes the settings that are built; another one of the reference is refused when the
tenant's document is checked.
"""

from __future__ import annotations

from enum import StrEnum


class PostingMode(StrEnum):
    """How deep a channel is posted (R-11.1)."""

    DETAIL = "detail"
    SUMMARY_DAILY = "summary_daily"
    SUMMARY_PAYOUT = "summary_payout"


class PostingDepth(StrEnum):
    """How many documents an order of a detail channel makes; each is a Sage transaction.

    FULL: sales order, invoice, and the order's own money. THRIFTY: an invoice alone, of the
    channel's customer, which stays open until one payment for the whole payout settles it.
    """

    FULL = "full"
    THRIFTY = "thrifty"


class Moment(StrEnum):
    """The event that recognises revenue or raises the invoice (R-2.2)."""

    CAPTURE = "capture"
    SHIP = "ship"
    DELIVER = "deliver"


class CustomerMode(StrEnum):
    """Who the customer in the books is."""

    CHANNEL = "channel"
    REAL = "real"


class Presentation(StrEnum):
    """Discounts beside revenue at list (gross) or taken off it (net) (R-2.6)."""

    GROSS = "gross"
    NET = "net"


class RefundPresentation(StrEnum):
    """Returned revenue on its own account or taken off revenue."""

    RETURNS_ACCOUNT = "returns_account"
    REVERSE_REVENUE = "reverse_revenue"


class CreditOn(StrEnum):
    """When a refund becomes a credit memo (R-3.5)."""

    REFUND_SETTLED = "refund_settled"
    REFUND_CREATED = "refund_created"


class GoodwillTax(StrEnum):
    """Whether a refund without lines gives tax back (R-3.6)."""

    NONE = "none"
    INCLUSIVE_SPLIT = "inclusive_split"


class MarketplaceTax(StrEnum):
    """Facilitator tax shown as a pass-through or left out (R-5.4)."""

    PASS_THROUGH = "pass_through"  # noqa: S105  # no password
    OMIT = "omit"


class UnknownLiability(StrEnum):
    """What a tax of unknown liable party becomes (R-5.5)."""

    HOLD = "hold"
    MERCHANT = "merchant"
    CHANNEL = "channel"


class Tips(StrEnum):
    """Whose the tips are (R-4.7)."""

    PAYABLE = "payable"
    REVENUE = "revenue"


class Duties(StrEnum):
    """Duties collected as agent or as principal (R-4.9)."""

    AGENT = "agent"
    PRINCIPAL = "principal"


class Cogs(StrEnum):
    """Where cost of goods comes from; off unless inventory is kept in Sage."""

    OFF = "off"
    CART_COST = "cart_cost"
    COST_FILE = "cost_file"


class UntoldReturns(StrEnum):
    """What became of shipped goods that a refund names, where the cart does not tell (R-3.7).

    ASK: a person says it of each line, and nothing is booked of the goods before.
    """

    NOT_RESTOCKED = "not_restocked"
    RESTOCKED = "restocked"
    ASK = "ask"


class Restocking(StrEnum):
    """Who receives returned goods where inventory is kept in Sage (R-3.7).

    BY_HAND: people do. BOOK: what a refund says is on the shelf again is received with its credit.
    """

    BY_HAND = "by_hand"
    BOOK = "book"


class TaxPoint(StrEnum):
    """When tax becomes payable (R-2.8)."""

    INVOICE = "invoice"
    CAPTURE = "capture"


class ClosedPeriod(StrEnum):
    """What happens to a document dated in a closed period (R-10.4)."""

    HOLD = "hold"
    NEXT_OPEN = "next_open"
    REQUEST_REOPEN = "request_reopen"


class SummaryJournals(StrEnum):
    """Whether the journals of a day are posted at once, or left as drafts that a person posts."""

    POSTED = "posted"
    DRAFT = "draft"


class PayoutMonths(StrEnum):
    """How a payout of sales in several months is posted in `summary_payout` (R-6.6).

    SPLIT: each month's part in its month, and what is still to be paid stands on the clearing
    account between them. DEPOSIT: everything on the date of the deposit.
    """

    SPLIT = "split"
    DEPOSIT = "deposit"


class GiftCardBelowFace(StrEnum):
    """How a gift card sold below its face value is booked (R-4.3)."""

    FACE_WITH_CONTRA = "face_with_contra"


class Breakage(StrEnum):
    """Whether revenue of gift cards that nobody will redeem is recognised; left to finance."""

    OFF = "off"


class ExpectedReturns(StrEnum):
    """Whether a liability for expected returns is booked; left to finance."""

    OFF = "off"


class CurrencySide(StrEnum):
    """Which of an order's two currencies is booked: the shop's, or what the buyer saw.

    It is chosen once for a store: all of an order's documents are of one side (R-8.1).
    """

    SHOP = "shop"
    PRESENTMENT = "presentment"


class FxRate(StrEnum):
    """Where the rate of a document in another currency comes from (R-8.3).

    CART is the rate that the cart keeps with its order, TABLE the mapping's `fx_rates`; receipts
    and refunds always take Sage's rate of their day.
    """

    ERP_DAILY = "erp_daily"
    CART = "cart"
    TABLE = "table"


class ClearingDifferences(StrEnum):
    """What becomes of a payout that changed money into another amount than its receipt (R-8.4).

    STAY: it is left on the clearing account. FX: within the tolerance it is booked as realised
    gain or loss with the payout; beyond it the payout waits for a person (R-8.6).
    """

    STAY = "stay"
    FX = "fx"


class FeesOn(StrEnum):
    """When a processor's fees are booked (R-6.3).

    CAPTURE: each with the receipt of its order, where the cart tells it by then; what it does not
    tell is booked with the payout.
    """

    PAYOUT = "payout"
    CAPTURE = "capture"


class LostDisputeTaxRelief(StrEnum):
    """Whether a dispute that was lost takes the order's tax off what is owed (R-7.3)."""

    OFF = "off"
    ON = "on"
